import { native } from "../native.ts";
import { upToMicrosecond } from "../time.ts";
import type { Adapter } from "./adapter.ts";

interface Followed {
  /** The animation's own time at `sinceSeconds` of the composition; null until it is first moved. */
  baseMs: number | null;
  sinceSeconds: number;
  movedToMs: number | null;
}

/** Animations that a page has paused before they ever ran, and so left for the composition to play. */
const followed = new Map<Animation, Followed>();
let compositionSeconds = 0;

function ownTime(animation: Animation): number {
  const time = native.currentTime.get.call(animation);
  return typeof time === "number" ? time : 0;
}

/** False once the page plays the animation or moves it by itself: from then on it is the page's. */
function isOurs(animation: Animation, state: Followed): boolean {
  if (native.playState.get.call(animation) !== "paused") return false;
  return state.movedToMs === null || state.movedToMs === ownTime(animation);
}

function follow(animation: Animation, state: Followed): void {
  state.baseMs ??= ownTime(animation);
  const time = state.baseMs + (compositionSeconds - state.sinceSeconds) * 1000;
  native.currentTime.set.call(animation, upToMicrosecond(time));
  state.movedToMs = ownTime(animation);
}

/** `element.animate(…).pause()`: in a composition, such an animation follows the composition's time. */
export const pausedAnimations: Adapter = {
  seek: (seconds) => {
    compositionSeconds = seconds;
    if (document.querySelector("[data-composition-id]") === null) return;
    for (const [animation, state] of followed) {
      if (isOurs(animation, state)) follow(animation, state);
      else followed.delete(animation);
    }
  },
};

export function installPausedAnimations(): void {
  // oxlint-disable-next-line typescript/unbound-method -- called with an explicit `this`
  const pause = Animation.prototype.pause;
  Animation.prototype.pause = function pauseAndFollow(this: Animation) {
    const ran = ownTime(this) > 0;
    pause.call(this);
    if (ran || !(this.timeline instanceof DocumentTimeline)) return;
    followed.set(this, { baseMs: null, sinceSeconds: compositionSeconds, movedToMs: null });
  };
}

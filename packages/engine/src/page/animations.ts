import { describeElement } from "./describe-element.ts";
import { native } from "./native.ts";
import { allAnimations, allElements } from "./roots.ts";
import { fromScriptMs, now, toScriptMs, upToMicrosecond } from "./time.ts";
import { startOfNode } from "./tree/tree.ts";

/**
 * CSS animations, transitions and Web Animations run on virtual time: each is paused as soon as it is seen
 * running, and from then on its current time is set at every step.
 */
interface Driven {
  /** The animation's own time at `sinceMs` of virtual time. */
  offsetMs: number;
  sinceMs: number;
  rate: number;
  /** The virtual time that it was last brought to. */
  atMs: number;
}

const driven = new WeakMap<Animation, Driven>();

/**
 * The own time of animations that a page or a style holds, for when they run again. The browser's own clock
 * runs between frames, so a time read later would depend on how fast the machine is.
 */
const heldAtMs = new WeakMap<Animation, number>();

function milliseconds(value: CSSNumberish | null): number {
  return typeof value === "number" ? value : 0;
}

function ownTime(animation: Animation): number {
  return milliseconds(native.currentTime.get.call(animation));
}

function endMs(animation: Animation): number {
  return milliseconds(animation.effect?.getComputedTiming().endTime ?? 0);
}

/** What a style animates begins with the clip that it stands in, however early the style applies. */
function beginMs(animation: Animation): number {
  const effect = animation instanceof CSSAnimation ? animation.effect : null;
  const target = effect instanceof KeyframeEffect ? effect.target : null;
  return target ? Math.max(now(), startOfNode(target) * 1000) : now();
}

function drive(animation: Animation): void {
  const rate = animation.playbackRate;
  const held = heldAtMs.get(animation);
  const offsetMs = held ?? (rate < 0 ? endMs(animation) : 0);
  const sinceMs = held === undefined ? beginMs(animation) : now();
  driven.set(animation, { offsetMs, sinceMs, rate, atMs: now() });
  native.pause.call(animation);
  native.currentTime.set.call(animation, offsetMs + (now() - sinceMs) * rate);
}

/** `animation-play-state` has no effect on an animation that a script has paused, so it is read here. */
function pausedByStyle(animation: Animation): boolean {
  if (!(animation instanceof CSSAnimation)) return false;
  const effect = animation.effect;
  if (!(effect instanceof KeyframeEffect) || !effect.target) return false;
  const style = getComputedStyle(effect.target, effect.pseudoElement);
  if (!style.animationPlayState.includes("paused")) return false;
  const states = style.animationPlayState.split(", ");
  const index = style.animationName.split(", ").indexOf(animation.animationName);
  return states[index % states.length] === "paused";
}

function update(animation: Animation, state: Driven): void {
  // Where time has not moved, neither has the animation; looking at its style would cost a layout.
  if (state.atMs === now() && state.rate === animation.playbackRate) return;
  state.atMs = now();
  if (pausedByStyle(animation)) {
    state.offsetMs = ownTime(animation);
    state.sinceMs = now();
    return;
  }
  if (state.rate !== animation.playbackRate) {
    state.offsetMs = ownTime(animation);
    state.sinceMs = now();
    state.rate = animation.playbackRate;
  }
  const time = state.offsetMs + (now() - state.sinceMs) * state.rate;
  const end = endMs(animation);
  const over = state.rate > 0 ? time >= end : state.rate < 0 && time <= 0;
  if (!over) {
    native.currentTime.set.call(animation, upToMicrosecond(time));
    return;
  }
  // Finishing natively settles `finished` and fires the events that the page listens for.
  driven.delete(animation);
  native.finish.call(animation);
}

/** Brings every animation to the present virtual time. */
export function syncAnimations(): void {
  for (const animation of allAnimations()) {
    const state = driven.get(animation);
    if (state) update(animation, state);
    else if (animation.timeline instanceof DocumentTimeline) {
      const playState = native.playState.get.call(animation);
      if (playState === "running") drive(animation);
      else if (playState === "paused") heldAtMs.set(animation, ownTime(animation));
    }
  }
  for (const svg of allElements("svg")) {
    if (svg.ownerSVGElement) continue;
    svg.pauseAnimations();
    svg.setCurrentTime(now() / 1000);
  }
}

/** The longest animation's end, in seconds: finite ones first, Infinity when all are endless, null without any. */
export function longestAnimationSeconds(): number | null {
  const ends = allAnimations().map(endMs);
  const finite = ends.filter((end) => Number.isFinite(end) && end > 0);
  if (finite.length > 0) return Math.max(...finite) / 1000;
  return ends.includes(Infinity) ? Infinity : null;
}

/** Animations without an end, described for a person. */
export function endlessAnimations(): string[] {
  return allAnimations()
    .filter((animation) => endMs(animation) === Infinity)
    .map((animation) => {
      const effect = animation.effect;
      const target = effect instanceof KeyframeEffect ? describeElement(effect.target) : "an element";
      const name =
        animation instanceof CSSAnimation ? `CSS animation "${animation.animationName}"` : "animation";
      return `the ${name} of ${target} repeats for ever`;
    });
}

/** Before a page looks at an animation, or takes it over, it is where it should be at this very time. */
function bringUpToDate(animation: Animation): void {
  const state = driven.get(animation);
  if (state) update(animation, state);
}

/** A page that controls an animation itself takes it over; it is driven again once it runs. */
function releaseOn(method: "pause" | "play" | "finish" | "reverse"): void {
  const original = native[method];
  Animation.prototype[method] = function release(this: Animation) {
    bringUpToDate(this);
    driven.delete(this);
    original.call(this);
    heldAtMs.set(this, ownTime(this));
  };
}

/** The page sets an animation's own time. */
function moveTo(animation: Animation, timeMs: number): void {
  heldAtMs.set(animation, timeMs);
  const state = driven.get(animation);
  if (state) Object.assign(state, { offsetMs: timeMs, sinceMs: now(), atMs: Number.NaN });
}

export function installAnimations(): void {
  for (const method of ["pause", "play", "finish", "reverse"] as const) releaseOn(method);
  Object.defineProperty(Animation.prototype, "currentTime", {
    configurable: true,
    get(this: Animation) {
      bringUpToDate(this);
      return native.currentTime.get.call(this);
    },
    set(this: Animation, value: CSSNumberish | null) {
      native.currentTime.set.call(this, value);
      if (value !== null) moveTo(this, milliseconds(value));
    },
  });
  Object.defineProperty(Animation.prototype, "startTime", {
    configurable: true,
    get(this: Animation) {
      const state = driven.get(this);
      return state
        ? toScriptMs(state.sinceMs - state.offsetMs / state.rate)
        : native.startTime.get.call(this);
    },
    set(this: Animation, value: CSSNumberish | null) {
      if (value === null) {
        native.startTime.set.call(this, value);
        return;
      }
      // The browser's own timeline has another time: there, this animation might be over already.
      if (!driven.has(this)) native.play.call(this);
      moveTo(this, (now() - fromScriptMs(milliseconds(value))) * this.playbackRate);
    },
  });
  Object.defineProperty(Animation.prototype, "playState", {
    configurable: true,
    get(this: Animation) {
      return driven.has(this) ? "running" : native.playState.get.call(this);
    },
  });
}

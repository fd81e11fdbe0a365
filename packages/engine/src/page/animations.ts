import { type Iterations, iterationsOf, settableMs } from "./iteration-time.ts";
import { native } from "./native.ts";
import { allAnimations } from "./roots.ts";
import { now } from "./time.ts";
import { startOfNode } from "./tree/tree.ts";

/**
 * CSS animations, transitions and Web Animations run on virtual time: the browser's own timeline stands still, and the
 * time of each animation that runs is set at every step.
 */
export interface Driven {
  /** The animation's own time at `sinceMs` of virtual time. */
  offsetMs: number;
  sinceMs: number;
  rate: number;
  /** The virtual time that it was last brought to. */
  atMs: number;
  /** On a timeline that the page made, which the browser does not stop: the animation is paused instead. */
  readonly isHeld: boolean;
  readonly iterations: Iterations;
}

const driven = new Map<Animation, Driven>();
/** How those ran that have ended: a page may ask, or make them longer. */
const ended = new WeakMap<Animation, Driven>();
/** Animations that scripts have started. They run also where no document shows them. */
const started = new Set<Animation>();

function milliseconds(value: CSSNumberish | null): number {
  return typeof value === "number" ? value : 0;
}

function ownTime(animation: Animation): number {
  return milliseconds(native.currentTime.get.call(animation));
}

function setOwnTime(animation: Animation, timeMs: number, { iterations }: Driven): void {
  native.currentTime.set.call(animation, settableMs(timeMs, iterations));
}

export function endMs(animation: Animation): number {
  return milliseconds(animation.effect?.getComputedTiming().endTime ?? 0);
}

/** How an animation that has been seen running does so, or did when it ended. */
export function drivenState(animation: Animation): Driven | undefined {
  return driven.get(animation) ?? ended.get(animation);
}

export function isHeld(animation: Animation): boolean {
  return driven.get(animation)?.isHeld === true;
}

/** A script has started it. */
export function noteStarted(animation: Animation): void {
  ended.delete(animation);
  started.add(animation);
  // The browser's own clock moves what is on a timeline of the page's.
  if (animation.timeline !== document.timeline) adopt(animation);
}

/** It is not driven until it is seen running again. */
export function release(animation: Animation): void {
  driven.delete(animation);
  ended.delete(animation);
}

/** A script has brought it to its end. */
export function noteEnded(animation: Animation): void {
  rebase(animation);
  const state = driven.get(animation);
  release(animation);
  if (state) ended.set(animation, state);
}

/** From now on it goes on from the time that it has. */
export function rebase(animation: Animation): void {
  const state = driven.get(animation);
  if (!state) {
    if (ended.has(animation)) noteStarted(animation);
    return;
  }
  Object.assign(state, { offsetMs: ownTime(animation), sinceMs: now(), rate: animation.playbackRate });
}

/** It runs from this time of its own on. */
export function driveFrom(animation: Animation, offsetMs: number): void {
  const isHeld = animation.timeline !== document.timeline;
  const rate = animation.playbackRate;
  const iterations = iterationsOf(animation.effect);
  driven.set(animation, { offsetMs, sinceMs: now(), rate, atMs: now(), isHeld, iterations });
  if (!isHeld) return;
  native.pause.call(animation);
  // Otherwise it would be paused with the browser's next frame, and run up to there.
  native.currentTime.set.call(animation, offsetMs);
}

/** The time at which an animation that has been let run would be now. */
function timeOf(state: Driven): number {
  return state.offsetMs + (now() - state.sinceMs) * state.rate;
}

function isOver(animation: Animation, { rate }: Driven, timeMs: number): boolean {
  return rate > 0 ? timeMs >= endMs(animation) : rate < 0 && timeMs <= 0;
}

/** Nothing here lets the browser compute a style, which many animations could not afford. */
function update(animation: Animation, state: Driven): void {
  // Where time has not moved, neither has the animation.
  if (state.atMs === now() && state.rate === animation.playbackRate) return;
  // A style, or something else, has paused it, ended it or given it another timeline.
  if (!state.isHeld && typeof native.startTime.get.call(animation) !== "number") {
    release(animation);
    return;
  }
  if (state.rate !== animation.playbackRate) {
    Object.assign(state, {
      offsetMs: ownTime(animation),
      sinceMs: state.atMs,
      rate: animation.playbackRate,
    });
  }
  state.atMs = now();
  const time = timeOf(state);
  if (!isOver(animation, state, time)) {
    setOwnTime(animation, time, state);
    return;
  }
  // Finishing natively settles `finished` and fires the events that the page listens for.
  driven.delete(animation);
  native.finish.call(animation);
  ended.set(animation, state);
}

/** Before a page looks at an animation, or takes it over, it is where it should be at this very time. */
export function bringUpToDate(animation: Animation): void {
  const state = driven.get(animation);
  if (state) update(animation, state);
}

/** The browser starts and pauses animations with its next frame, which does not come on the way to a chunk's start. */
function settlePending(animation: Animation, playState: AnimationPlayState): void {
  const time = ownTime(animation);
  if (playState === "running") {
    const timeline = animation.timeline;
    const zero = timeline ? milliseconds(native.timelineTime.get.call(timeline)) : 0;
    // A start time puts a new rate into effect as well.
    native.startTime.set.call(animation, zero);
  }
  native.currentTime.set.call(animation, time);
}

/** What a style animates begins with the clip that it stands in, however early the style applies. */
function beginMs(animation: Animation): number {
  const effect = animation instanceof CSSAnimation ? animation.effect : null;
  const target = effect instanceof KeyframeEffect ? effect.target : null;
  return target ? startOfNode(target) * 1000 : 0;
}

/** Whether an animation runs that is not driven yet. One that waits for the browser to begin is begun. */
function isNewlyRunning(animation: Animation): boolean {
  const playState = native.playState.get.call(animation);
  const isPending = animation.pending;
  if (playState === "finished" || playState === "idle") {
    started.delete(animation);
    return false;
  }
  if (!(animation.timeline instanceof DocumentTimeline) || isHeld(animation)) return false;
  if (isPending) settlePending(animation, playState);
  return playState === "running" && (isPending || !driven.has(animation));
}

/** Holds an animation at its start until its clip begins. */
function delayUntilClip(animation: Animation): void {
  const state = driven.get(animation);
  const laterMs = beginMs(animation) - now();
  if (!state || state.offsetMs !== 0 || laterMs <= 0) return;
  state.sinceMs += laterMs;
  setOwnTime(animation, timeOf(state), state);
}

function adopt(animation: Animation): void {
  if (!isNewlyRunning(animation)) return;
  started.delete(animation);
  const before = ended.get(animation);
  driveFrom(animation, before ? timeOf(before) : ownTime(animation));
  ended.delete(animation);
  delayUntilClip(animation);
}

/** Moves what is known to run. Before styles are computed: a transition that turns round does so from where it is now. */
export function moveAnimations(): void {
  for (const [animation, state] of driven) update(animation, state);
}

function found(): Set<Animation> {
  return new Set([...allAnimations(), ...started]);
}

/** Brings every animation to the present virtual time, also those that are new. */
export function syncAnimations(): void {
  moveAnimations();
  for (const animation of found()) adopt(animation);
}

/** Takes up what the browser has started in its last frame, for a listener say. What came later begins with the next. */
export function adoptStarted(): void {
  for (const animation of found()) if (!animation.pending) adopt(animation);
}

/** What `Date.now()` is at the composition's start: a constant, so that every run sees the same dates. */
const START_DATE_MS = Date.UTC(2025, 0, 1);
/** Scripts' time begins above 0, where `if (!start) start = time` would take the first frame's time for none. A power of two, so that sums stay exact. */
const START_MS = 2 ** -10;
/**
 * Scripts' time runs fast by a hair, 4 ms in twelve days: otherwise rounding would leave the difference of two frames'
 * times short of what it stands for, and what is due exactly on a frame's time would come one frame late.
 */
const PACE = 1 + 2 ** -28;
/** Tolerance for times that are equal but for rounding, in milliseconds. */
export const EPSILON_MS = 1e-3;

export const MICROSECOND_MS = 1e-3;

/** Milliseconds since the page began, in virtual time. */
let nowMs = 0;
/** How much of that passed before frame 0, while animations stood at their beginning. */
let heldMs = 0;
/** Milliseconds that have passed within the frame, for what a seek waits for. */
let withinMs = 0;
/** What `Date.now()` is at virtual time 0. */
let originMs = START_DATE_MS;

/** The time of timers and frame callbacks, in milliseconds since the page began. */
export function pageMs(): number {
  return nowMs;
}

export function setPageMs(ms: number): void {
  nowMs = ms;
}

/** The time within the frame that a seek sees pass; 0 between seeks. */
export function passWithin(ms: number): void {
  withinMs = ms;
}

/** Takes time that has passed before frame 0 from the animations'. */
export function hold(ms: number): void {
  heldMs += ms;
}

/** The time of animations, in milliseconds: frame n has exactly n / fps. */
export function now(): number {
  return nowMs - heldMs;
}

/** A time of animations as scripts are told it. */
export function toScriptMs(ms: number): number {
  return START_MS + ms * PACE;
}

/** A time that a script was told, as the animation's time that it stands for. */
export function fromScriptMs(ms: number): number {
  return ms < START_MS ? ms : (ms - START_MS) / PACE;
}

/** What `performance.now()` says. */
export function scriptNow(): number {
  return toScriptMs(nowMs + withinMs);
}

/** What `document.timeline.currentTime` says. */
export function timelineNow(): number {
  return toScriptMs(now());
}

/** The same time as a Date counts it: rounded up, so that no frame's date lies before its time. */
export function dateNow(): number {
  return originMs + Math.ceil(nowMs + withinMs - EPSILON_MS);
}

/** What `performance.timeOrigin` says. */
export function timeOrigin(): number {
  return originMs - START_MS;
}

/** A page within a page begins at the date that it is there. */
export function beginAt(dateMs: number): void {
  originMs = dateMs;
}

/**
 * Rounded up to a whole microsecond, as far as a browser keeps an animation's time: cut off below, a step that is due
 * exactly on a frame's time would come one frame late.
 */
export function upToMicrosecond(ms: number): number {
  return Math.ceil(ms * 1_000 - EPSILON_MS) / 1_000;
}

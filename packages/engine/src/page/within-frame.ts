import { startAudio } from "./audio.ts";
import { askedSince, hasFrameCallbacks, runFrameCallbacks, type Wanted } from "./frame-callbacks.ts";
import { loading } from "./loading.ts";
import { macrotask, native } from "./native.ts";
import { pageMs, passWithin } from "./time.ts";
import { countTimersFrom, earliestSince, fire } from "./timers.ts";
import { answersArrived } from "./tracked-work.ts";

/** How far time goes on within one frame: what waits for longer waits for something else. */
const LIMIT_MS = 10_000;
/** Frames within a frame come at a display's usual rate. */
const FRAME_MS = 1_000 / 60;
/** How often a wait for something real, a worker say, is looked at again. */
const POLL_MS = 1;

/** The time within the frame, and its next frame. */
let withinMs = 0;
let nextFrameMs = 0;

function passTo(ms: number): void {
  withinMs = Math.max(withinMs, ms);
  passWithin(withinMs);
  countTimersFrom(withinMs);
}

/** Every frame of the video begins anew: what passed within the one before is not the composition's time. */
export function beginWithin(): void {
  withinMs = 0;
  nextFrameMs = 0;
  passWithin(0);
  countTimersFrom(0);
}

/** Fires the next timer of those asked for from `firstId` on, or the next frame. False when there is none. */
async function passOn(firstId: number, isWanted: Wanted): Promise<boolean> {
  const timer = earliestSince(firstId);
  const timerMs = timer ? timer.due - pageMs() : Infinity;
  const frameMs = hasFrameCallbacks(isWanted) ? Math.max(nextFrameMs, withinMs) : Infinity;
  if (Math.min(timerMs, frameMs) > LIMIT_MS) return false;
  if (timer && timerMs <= frameMs) {
    passTo(timerMs);
    await fire(timer);
    return true;
  }
  passTo(frameMs);
  nextFrameMs = frameMs + FRAME_MS;
  await runFrameCallbacks(isWanted);
  return true;
}

/**
 * Waits until a seek `isOver`. The composition's time stands still meanwhile, so timers and frames that were asked for
 * from `firstId` on are given in a time within the frame; those asked for before keep their turn. What the browser
 * does by itself, loading and decoding, comes first: then the order is the same on every machine.
 */
export async function waitWithin(firstId: number, isOver: () => boolean): Promise<void> {
  await macrotask();
  while (!isOver()) {
    await answersArrived();
    if (isOver()) return;
    startAudio();
    if (loading().length > 0 || !(await passOn(firstId, (id) => id >= firstId)))
      await new Promise((resolve) => native.setTimeout(resolve, POLL_MS));
  }
}

let others: Wanted = () => false;

/** After the frame's own callbacks: what they asked for may be given in a time within the frame. */
export function allowAfterFrame(firstId: number): void {
  others = askedSince(firstId);
}

/** Lets time within the frame pass by one timer or frame, for a promise that delays the frame. */
export async function lingerWithin(firstId: number): Promise<void> {
  await answersArrived();
  startAudio();
  await passOn(firstId, others);
}

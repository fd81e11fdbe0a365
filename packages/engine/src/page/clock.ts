import { runFrameCallbacks } from "./frame-callbacks.ts";
import { macrotask } from "./native.ts";
import { pageMs, setPageMs } from "./time.ts";
import { fireTimers, nextId, setStepping } from "./timers.ts";
import { answersArrived } from "./tracked-work.ts";
import { allowAfterFrame, beginWithin, lingerWithin, waitWithin } from "./within-frame.ts";

/** Timers and frames from this number on were asked for in this frame. */
let firstOfFrame = 0;
let seekUnsettled = false;

/** Whether the promise of a seek is being waited for. */
export function isSeeking(): boolean {
  return seekUnsettled;
}

async function finishSeek(seeking: Promise<void>): Promise<void> {
  seekUnsettled = true;
  const end = (): void => void (seekUnsettled = false);
  seeking.then(end, end);
  await waitWithin(firstOfFrame, () => !seekUnsettled);
  await seeking;
}

/** Moves virtual time to `toMs`: timers first, then the seek of everything that is a function of time, then frame callbacks. */
export async function advance(toMs: number, seek: () => Promise<void>): Promise<void> {
  setStepping(true);
  beginWithin();
  try {
    // What the last frame left to tell, an observer's news say, is told before time moves.
    await macrotask();
    await macrotask();
    await answersArrived();
    await fireTimers(toMs);
    setPageMs(toMs);
    firstOfFrame = nextId();
    await finishSeek(seek());
    beginWithin();
    await runFrameCallbacks();
    allowAfterFrame(firstOfFrame);
    await fireTimers(toMs);
  } finally {
    setStepping(false);
  }
}

/** Lets time pass within the frame, for a promise that delays it. */
export async function linger(): Promise<void> {
  setStepping(true);
  try {
    await fireTimers(pageMs());
    await lingerWithin(firstOfFrame);
  } finally {
    setStepping(false);
  }
}

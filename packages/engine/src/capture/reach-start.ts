import { type Composition, untilComplete } from "../composition.ts";
import type { ChunkTask, TaskContext } from "../tasks.ts";
import { stepTo } from "./capture-frames.ts";
import type { CaptureBackend } from "./port.ts";
import { evaluateStep } from "./step-page.ts";

/** Thrown when the page has loaded a part of itself, a module say, among frames that it was stepped through at once. */
export class LoadedOnTheWay extends Error {}

/** A chunk whose start is to be reached, with so many frames in one call. */
export interface SteppedTask extends ChunkTask {
  readonly batch: number;
}

/** Lets what a frame has set going on the way come to its end, and the browser take note of it. */
async function passFrame(composition: Composition, frame: number, deadline: number): Promise<void> {
  await untilComplete(composition, frame, deadline);
  await composition.frames.step(frame, deadline);
}

/** Goes to the frame before the chunk's first at once, where that may be tried; gives the frame that is to be stepped to next. */
async function jump(
  composition: Composition,
  { chunk, source, batch, mayJump }: SteppedTask,
): Promise<number> {
  const { page } = composition;
  const last = chunk.startFrame - 1;
  if (mayJump !== true || batch === 1 || last < 1 || page.images.present()) return 0;
  const deadline = Date.now() + source.frameTimeoutMs;
  const before = page.network.parts();
  const reached = Number(await evaluateStep(page, `__framewright.jumpTo(${last})`, last, deadline));
  if (reached >= 0) await passFrame(composition, reached, deadline);
  if (page.network.parts() > before) throw new LoadedOnTheWay();
  return reached + 1;
}

/** Brings a page to the frame before the chunk's first, through every frame from `from` on, since scripts may count them. */
async function skipTo(
  composition: Composition,
  from: number,
  { chunk, source, batch }: SteppedTask,
  { signal, onFrames }: TaskContext,
): Promise<void> {
  const { page } = composition;
  for (let next = from; next < chunk.startFrame;) {
    signal.throwIfAborted();
    const deadline = Date.now() + source.frameTimeoutMs;
    const moves = page.images.present();
    // An image begins to move when it is drawn first.
    const until = Math.min(next + (moves ? 1 : batch), chunk.startFrame) - 1;
    const before = page.network.parts();
    const skip = `__framewright.skipTo(${until}, ${moves})`;
    const reached = Number(await evaluateStep(page, skip, until, deadline));
    // What has come of it came in some later frame, on a slow machine in a later one still.
    if (reached > next && page.network.parts() > before) throw new LoadedOnTheWay();
    await passFrame(composition, reached, deadline);
    onFrames?.(0);
    next = reached + 1;
  }
}

/** Steps to a frame and draws it, as is done with one that is taken. */
async function drawFrame(
  composition: Composition,
  backend: CaptureBackend,
  frame: number,
  { source }: ChunkTask,
): Promise<() => Buffer> {
  composition.page.at({ startFrame: frame, endFrame: frame + 1 });
  const deadline = Date.now() + source.frameTimeoutMs;
  if (await stepTo(composition, frame, deadline)) await untilComplete(composition, frame, deadline);
  const drawn = await backend.draw(frame, deadline);
  return () => drawn.read();
}

/** Brings a fresh page to the frame before the chunk's first; says whether it jumped there. */
export async function reachStart(
  composition: Composition,
  backend: CaptureBackend,
  task: SteppedTask,
  context: TaskContext,
): Promise<boolean> {
  const { startFrame } = task.chunk;
  if (task.withHistory !== true) {
    // Which of these frames something belongs to cannot be told: they are stepped through many at a time.
    if (startFrame > 0) composition.page.at({ startFrame: 0, endFrame: startFrame });
    const next = await jump(composition, task);
    await skipTo(composition, next, task, context);
    return next > 1;
  }
  for (let frame = 0; frame < startFrame; frame++) {
    context.signal.throwIfAborted();
    await drawFrame(composition, backend, frame, task);
    context.onFrames?.(0);
  }
  return false;
}

/** The picture after a chunk's last, from the page that stands at that. */
export async function drawNext(
  composition: Composition,
  backend: CaptureBackend,
  task: ChunkTask,
): Promise<Buffer> {
  const read = await drawFrame(composition, backend, task.chunk.endFrame, task);
  return read();
}

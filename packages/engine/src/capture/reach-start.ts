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

/** Brings a fresh page to the frame before the chunk's first, through every frame, since scripts may count them. */
async function skipTo(
  composition: Composition,
  { chunk, source, batch }: SteppedTask,
  { signal, onFrames }: TaskContext,
): Promise<void> {
  const { page, frames } = composition;
  // Which of these frames something belongs to cannot be told: they are stepped through many at a time.
  if (chunk.startFrame > 0) page.at({ startFrame: 0, endFrame: chunk.startFrame });
  for (let next = 0; next < chunk.startFrame;) {
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
    await untilComplete(composition, reached, deadline);
    await frames.step(reached, deadline);
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

/** Brings a fresh page to the frame before the chunk's first. */
export async function reachStart(
  composition: Composition,
  backend: CaptureBackend,
  task: SteppedTask,
  context: TaskContext,
): Promise<void> {
  if (task.withHistory !== true) return skipTo(composition, task, context);
  for (let frame = 0; frame < task.chunk.startFrame; frame++) {
    context.signal.throwIfAborted();
    await drawFrame(composition, backend, frame, task);
    context.onFrames?.(0);
  }
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

import { ahead } from "../ahead.ts";
import { type Composition, untilComplete } from "../composition.ts";
import type { Encoder } from "../encode/encoder.ts";
import { type Inspection, openInspector } from "../findings/inspect.ts";
import type { PictureWatch } from "../findings/picture-facts.ts";
import { markOf } from "../seams/mark.ts";
import type { ChunkTask, PictureMark, TaskContext } from "../tasks.ts";
import type { CaptureBackend } from "./port.ts";
import { evaluateStep } from "./step-page.ts";

/** Steps to a frame; true when the page then still waits for something. */
export async function stepTo({ page }: Composition, frame: number, deadline: number): Promise<boolean> {
  const pending = await evaluateStep(
    page,
    `__framewright.stepTo(${frame}, ${page.images.present()})`,
    frame,
    deadline,
  );
  return (Array.isArray(pending) && pending.length > 0) || page.network.inFlight().length > 0;
}

interface Step {
  readonly deadline: number;
  readonly waits: Promise<boolean>;
}

export interface FrameTaking {
  readonly composition: Composition;
  readonly backend: CaptureBackend;
  readonly encoder: Encoder;
  readonly pictures: PictureWatch;
}

export interface CapturedFrames {
  readonly inspection: Inspection;
  readonly first: PictureMark;
}

/** Takes the frames of a chunk from a page that stands before the first. While a frame is encoded, the page steps to the next. */
export async function captureFrames(
  { composition, backend, encoder, pictures }: FrameTaking,
  task: ChunkTask,
  { signal, onFrames }: TaskContext,
): Promise<CapturedFrames> {
  const { page } = composition;
  const { startFrame, endFrame } = task.chunk;
  const by = (): number => Date.now() + task.source.frameTimeoutMs;
  const startStep = (frame: number): Step => {
    page.at({ startFrame: frame, endFrame: frame + 1 });
    const deadline = by();
    return { deadline, waits: ahead(stepTo(composition, frame, deadline)) };
  };
  const inspector = await openInspector(page, task.chunk, task.picture.fps, by());
  let written = Promise.resolve();
  /** Time that the encoder took of the frame's. */
  let encoderMs = 0;
  let first: PictureMark | undefined;
  let step = startStep(startFrame);
  for (let frame = startFrame; frame < endFrame; frame++) {
    signal.throwIfAborted();
    const deadline = step.deadline + encoderMs;
    if (await step.waits) await untilComplete(composition, frame, deadline);
    await inspector.look(frame, deadline);
    const drawn = await backend.draw(frame, deadline);
    if (frame + 1 < endFrame) step = startStep(frame + 1);
    const bytes = drawn.read();
    first ??= markOf(backend.form, bytes, task.picture);
    pictures.observe(frame, bytes);
    const waitsFrom = Date.now();
    await written;
    encoderMs = Date.now() - waitsFrom;
    written = ahead(encoder.write(bytes));
    onFrames?.(frame - startFrame + 1);
  }
  await written;
  if (first === undefined) throw new Error("A chunk has a frame.");
  return { inspection: await inspector.finish(by()), first };
}

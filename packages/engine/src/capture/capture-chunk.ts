import { rm, stat } from "node:fs/promises";

import { type Composition, untilComplete, withComposition } from "../composition.ts";
import { type Encoder, startEncoder } from "../encode/encoder.ts";
import { readFontUse } from "../font-use.ts";
import { findColours, maxBlankBytes } from "../findings/find-colours.ts";
import { type Inspection, openInspector } from "../findings/inspect.ts";
import { type PictureWatch, watchPictures } from "../findings/picture-facts.ts";
import type { CapturedChunk, ChunkFacts, ChunkTask, TaskContext } from "../tasks.ts";
import { IMAGE_FORMATS } from "./frame-source.ts";
import { evaluateStep } from "./step-page.ts";

/** Frames that a page is stepped through in one call on the way to a chunk's start. */
const SKIP_BATCH = 50;

/** Steps to a frame; true when the page then still waits for something. */
async function stepTo({ page }: Composition, frame: number, deadline: number): Promise<boolean> {
  const pending = await evaluateStep(
    page,
    `__framewright.stepTo(${frame}, ${page.images.present()})`,
    frame,
    deadline,
  );
  return (Array.isArray(pending) && pending.length > 0) || page.network.inFlight().length > 0;
}

/** Brings a fresh page to the frame before the chunk's first, through every frame, since scripts may count them. */
async function skipTo(
  composition: Composition,
  { chunk, source }: ChunkTask,
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
    const batch = moves ? 1 : SKIP_BATCH;
    const until = Math.min(next + batch, chunk.startFrame) - 1;
    const skip = `__framewright.skipTo(${until}, ${moves})`;
    const reached = Number(await evaluateStep(page, skip, until, deadline));
    await untilComplete(composition, reached, deadline);
    await frames.step(reached, deadline);
    onFrames?.(0);
    next = reached + 1;
  }
}

interface Capture {
  readonly composition: Composition;
  readonly encoder: Encoder;
  readonly pictures: PictureWatch;
}

async function captureFrames(
  { composition, encoder, pictures }: Capture,
  task: ChunkTask,
  { signal, onFrames }: TaskContext,
): Promise<Inspection> {
  const { page, frames } = composition;
  const { startFrame, endFrame } = task.chunk;
  const by = (): number => Date.now() + task.source.frameTimeoutMs;
  const image = IMAGE_FORMATS[task.picture.quality];
  const inspector = await openInspector(page, task.chunk, task.picture.fps, by());
  for (let frame = startFrame; frame < endFrame; frame++) {
    signal.throwIfAborted();
    const deadline = by();
    page.at({ startFrame: frame, endFrame: frame + 1 });
    if (await stepTo(composition, frame, deadline)) await untilComplete(composition, frame, deadline);
    await inspector.look(frame, deadline);
    const taken = await frames.capture(frame, image, deadline);
    pictures.observe(frame, taken);
    await encoder.write(taken);
    onFrames?.(frame - startFrame + 1);
  }
  return inspector.finish(by());
}

/** Captures the chunk's frames from an open page into its file. */
async function encodeChunk(
  composition: Composition,
  task: ChunkTask,
  context: TaskContext,
): Promise<ChunkFacts> {
  const { picture, file } = task;
  const { tools, signal } = context;
  await skipTo(composition, task, context);
  const image = IMAGE_FORMATS[picture.quality];
  const pictures = watchPictures({
    maxBlankBytes: maxBlankBytes(image, picture.videoWidth * picture.videoHeight),
    colours: (images) => findColours(images, image, { ...context, ffmpeg: tools.ffmpeg.ffmpeg }),
  });
  const encoder = startEncoder({ ffmpeg: tools.ffmpeg.ffmpeg, picture, image, file, signal });
  try {
    const inspection = await captureFrames({ composition, encoder, pictures }, task, context);
    await encoder.finish();
    const fonts = await readFontUse(composition.page, Date.now() + task.source.frameTimeoutMs);
    const news = { ...composition.page.news(), fonts };
    return { news, inspection, picture: await pictures.facts() };
  } finally {
    await encoder.close();
  }
}

/**
 * Renders a chunk to a file of its own: a pure function of the snapshot, the frames and the settings.
 * On failure no file is left.
 * @throws ProblemError
 */
export async function captureChunk(task: ChunkTask, context: TaskContext): Promise<CapturedChunk> {
  const { source, picture, chunk, file } = task;
  const options = {
    ...source,
    ...picture,
    ...context.tools,
    scratchDir: context.scratchDir,
    intervalMs: (1000 * picture.fps.den) / picture.fps.num,
    signal: context.signal,
    onWaiting: context.onWaiting,
    onConsole: context.onConsole,
  };
  try {
    const facts = await withComposition(options, (composition) => encodeChunk(composition, task, context));
    const { size } = await stat(file);
    return { index: chunk.index, file, frames: chunk.endFrame - chunk.startFrame, bytes: size, ...facts };
  } catch (error) {
    await rm(file, { force: true });
    throw error;
  }
}

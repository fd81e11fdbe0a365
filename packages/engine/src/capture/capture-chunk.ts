import { rm, stat } from "node:fs/promises";

import { type Composition, withComposition } from "../composition.ts";
import { startEncoder } from "../encode/encoder.ts";
import { watchFrames } from "../findings/watch-frames.ts";
import { readFontUse } from "../font-use.ts";
import type { PageFinding } from "../page-findings.ts";
import { markOf } from "../seams/mark.ts";
import type { CapturedChunk, ChunkFacts, ChunkTask, TaskContext } from "../tasks.ts";
import { captureFrames } from "./capture-frames.ts";
import { captureOf, isExactPicture } from "./choose-capture.ts";
import { memoryBackend } from "./compositor-memory/backend.ts";
import { exactScreenshots } from "./compositor-memory/exact-screenshots.ts";
import { openBitmap, type OpenBitmap } from "./compositor-memory/open-bitmap.ts";
import { MemoryFault } from "./compositor-memory/memory-fault.ts";
import { IMAGE_FORMATS } from "./frame-source.ts";
import type { CaptureBackend } from "./port.ts";
import { drawNext, LoadedOnTheWay, reachStart, type SteppedTask } from "./reach-start.ts";
import { screenshotsBackend } from "./screenshots-backend.ts";

/** Frames that a page is stepped through in one call on the way to a chunk's start. */
const SKIP_BATCH = 50;

/** By memory where the page's browser could be read; else by screenshots, of the same picture where that was asked for. */
function backendOf(
  { page, frames, memory }: Composition,
  { picture, chunk, source }: ChunkTask,
  isExact: boolean,
): Promise<CaptureBackend> | CaptureBackend {
  if (memory !== null && typeof memory !== "string") {
    const followsDrawing = async (deadline: number): Promise<boolean> =>
      (await page.evaluate("__framewright.needsFrames()", deadline)) === true;
    const deadline = Date.now() + source.frameTimeoutMs;
    return memoryBackend(memory.frames, memory.bitmap, chunk, deadline, followsDrawing);
  }
  return isExact
    ? exactScreenshots(frames, { width: picture.videoWidth, height: picture.videoHeight })
    : screenshotsBackend(frames, IMAGE_FORMATS[isExactPicture(picture) ? "high" : picture.quality]);
}

/** Captures the chunk's frames from an open page into its file. */
async function encodeChunk(
  composition: Composition,
  task: SteppedTask,
  context: TaskContext,
  isExact: boolean,
): Promise<ChunkFacts> {
  const { picture, file, source } = task;
  const { tools, signal } = context;
  const { ffmpeg } = tools.ffmpeg;
  const backend = await backendOf(composition, task, isExact);
  const hasJumped = await reachStart(composition, backend, task, context);
  const { form } = backend;
  const pictures = watchFrames(form, picture, { ...context, ffmpeg });
  const encoder = startEncoder({ ffmpeg, picture, form, file, signal });
  try {
    const { inspection, first } = await captureFrames(
      { composition, backend, encoder, pictures },
      task,
      context,
    );
    await encoder.finish();
    const fonts = await readFontUse(composition.page, Date.now() + source.frameTimeoutMs);
    const news = { ...composition.page.news(), fonts };
    const shown = await pictures.facts();
    // What it shows belongs to the chunk that follows, and so does what there is to tell of it.
    const next = task.isFollowed === true ? await drawNext(composition, backend, task) : null;
    const seams = { first, next: next && markOf(form, next, picture), hasJumped };
    return { news, inspection, picture: shown, seams };
  } finally {
    await encoder.close();
  }
}

function slowWarning({ startFrame, endFrame }: ChunkTask["chunk"], reason: string): PageFinding {
  return {
    code: "capture-slow",
    severity: "info",
    message: `Frames ${startFrame} to ${endFrame - 1} were taken as screenshots, which is slower: ${reason}.`,
    remedy: "Nothing: the picture is right. If it happens often, run `framewright doctor`.",
  };
}

function withWarning(facts: ChunkFacts, warning: PageFinding): ChunkFacts {
  const { inspection } = facts;
  return { ...facts, inspection: { ...inspection, told: [...inspection.told, warning] } };
}

/** Captures by memory; where that does not work, or gives a wrong picture, the same picture by screenshots. */
async function captureByMemory(
  task: SteppedTask,
  context: TaskContext,
  open: (composition: OpenBitmap | undefined, work: Work) => Promise<ChunkFacts>,
  bitmaps: OpenBitmap,
): Promise<ChunkFacts> {
  const encode: Work = (composition) =>
    encodeChunk(composition, task, context, true).catch(async (error: unknown) => {
      // Memory that is gone may be that of a browser which has ended: asked, it fails with that.
      if (error instanceof MemoryFault)
        await composition.page.evaluate("0", Date.now() + task.source.frameTimeoutMs);
      throw error;
    });
  try {
    return await open(bitmaps, async (composition) => {
      const facts = await encode(composition);
      const { memory } = composition;
      return typeof memory === "string"
        ? withWarning(facts, slowWarning(task.chunk, `in the browser that was started for them, ${memory}`))
        : facts;
    });
  } catch (error) {
    if (!(error instanceof MemoryFault)) throw error;
    return withWarning(await open(undefined, encode), slowWarning(task.chunk, error.message));
  }
}

type Work = (composition: Composition) => Promise<ChunkFacts>;

async function takeChunk(task: SteppedTask, context: TaskContext, bitmaps: OpenBitmap): Promise<ChunkFacts> {
  const { source, picture } = task;
  const options = {
    ...source,
    ...picture,
    ...context.tools,
    isTransparent: picture.output.transparent,
    scratchDir: context.scratchDir,
    intervalMs: (1000 * picture.fps.den) / picture.fps.num,
    signal: context.signal,
    onWaiting: context.onWaiting,
    onConsole: context.onConsole,
  };
  const open = (opener: OpenBitmap | undefined, work: Work): Promise<ChunkFacts> =>
    withComposition({ ...options, openBitmap: opener }, work);
  return captureOf(context.tools, picture) === "compositor-memory"
    ? captureByMemory(task, context, open, bitmaps)
    : open(undefined, (composition) => encodeChunk(composition, task, context, false));
}

/**
 * Renders a chunk to a file of its own: a pure function of the snapshot, the frames and the settings.
 * On failure no file is left.
 * @param bitmaps - finds where a browser draws
 * @throws ProblemError
 */
export async function captureChunk(
  task: ChunkTask,
  context: TaskContext,
  bitmaps: OpenBitmap = openBitmap,
): Promise<CapturedChunk> {
  const { chunk, file } = task;
  const take = (batch: number): Promise<ChunkFacts> => takeChunk({ ...task, batch }, context, bitmaps);
  try {
    const facts = await take(SKIP_BATCH).catch((error: unknown) => {
      if (!(error instanceof LoadedOnTheWay)) throw error;
      return take(1);
    });
    const { size } = await stat(file);
    return { index: chunk.index, file, frames: chunk.endFrame - chunk.startFrame, bytes: size, ...facts };
  } catch (error) {
    await rm(file, { force: true });
    throw error;
  }
}

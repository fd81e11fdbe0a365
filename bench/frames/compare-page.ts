import { bitmapBytes, type Size } from "../../packages/engine/src/capture/compositor-memory/bitmap.ts";
import { equalsPng } from "../../packages/engine/src/capture/compositor-memory/png-pixels.ts";
import { IMAGE_FORMATS } from "../../packages/engine/src/capture/frame-source.ts";
import { type OpenProject, withProject } from "./open-project.ts";

/** What a comparison of a page's frames found. */
export interface Compared {
  readonly frames: number;
  readonly unequal: readonly number[];
  /** Frames that equalled the one before. */
  readonly still: number;
  /** Frames that showed something else when they were drawn once more, for the screenshot, and were compared as they were then. */
  readonly moved: number;
}

interface Looked {
  readonly isStill: boolean;
  /** Of what was read before the screenshot was taken. */
  readonly isEqual: boolean;
  /** Of what was read after it. */
  readonly isEqualAfter: boolean;
}

/** Draws a frame as a render does, reads it, and holds it against a screenshot of the same. */
async function look({ memory, stepTo }: OpenProject, size: Size, frame: number): Promise<Looked> {
  const { frames, bitmap } = memory;
  const deadline = await stepTo(frame);
  const isStill = !(await frames.draw(frame, deadline));
  const pixels = Buffer.alloc(bitmapBytes(size));
  if (!bitmap.read(pixels)) throw new Error("the bitmap is not there any more");
  const screenshot = await frames.capture(frame, IMAGE_FORMATS.high, deadline);
  const isEqual = equalsPng(pixels, size, screenshot);
  bitmap.read(pixels);
  return { isStill, isEqual, isEqualAfter: isEqual || equalsPng(pixels, size, screenshot) };
}

/** Compares the first frames of a project's page, one by one. */
export function comparePage(dir: string, size: Size, frames: number): Promise<Compared> {
  return withProject(dir, size, async (project) => {
    const looks: Looked[] = [];
    while (looks.length < frames) looks.push(await look(project, size, looks.length));
    const moved = looks.filter(({ isEqual, isEqualAfter }) => !isEqual && isEqualAfter);
    return {
      frames,
      unequal: looks.flatMap(({ isEqualAfter }, frame) => (isEqualAfter ? [] : frame)),
      still: looks.filter(({ isStill }) => isStill).length,
      moved: moved.length,
    };
  });
}

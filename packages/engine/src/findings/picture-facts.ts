import { createHash } from "node:crypto";

import type { FrameSpan } from "../browser/seen.ts";

/** A stretch of frames that are all of one colour. */
export interface BlankStretch extends FrameSpan {
  /** As in "#008080". */
  readonly colour: string;
}

/** What the pictures of a range of frames are like. */
export interface PictureFacts extends FrameSpan {
  /** How many frames differ from the one before. */
  readonly changes: number;
  /** Names of the first and the last picture: equal for equal pictures. */
  readonly first: string;
  readonly last: string;
  readonly blank: readonly BlankStretch[];
  /** How transparent the first picture is, from 0 for nothing there to 255; where transparency is wanted. */
  readonly firstAlpha?: { readonly min: number; readonly max: number };
}

/** Watches pictures as they come, in order. A picture's bytes stay as they are until the one after the next. */
export interface PictureWatch {
  observe(frame: number, image: Buffer): void;
  facts(): Promise<PictureFacts>;
}

/** Finds the pictures that are of one colour all over. */
export interface BlankFinder {
  /** A name for a picture that may be one of them: the same for the same picture; null for any other. */
  note(image: Buffer): string | null;
  /** The colour by such a name, as in "#008080"; null for a picture that is not of one colour after all. */
  colours(): Promise<(name: string) => string | null>;
}

const MAX_STRETCHES = 200;

export function nameOf(image: Buffer): string {
  return createHash("sha256").update(image).digest("base64url").slice(0, 22);
}

interface Run {
  readonly name: string | null;
  readonly startFrame: number;
  endFrame: number;
}

/** A picture that is handed on once more need not be looked through. */
function isEqual(image: Buffer, other: Buffer | undefined): boolean {
  return image === other || (other !== undefined && image.equals(other));
}

/** Watches a chunk's pictures. Nothing but their bytes is looked at, so that it costs next to nothing. */
export function watchPictures(blanks: BlankFinder): PictureWatch {
  const runs: Run[] = [];
  let first: string | undefined;
  let last: Buffer | undefined;
  let span: FrameSpan = { startFrame: 0, endFrame: 0 };
  let changes = 0;

  return {
    observe(frame, image) {
      span = { startFrame: first === undefined ? frame : span.startFrame, endFrame: frame + 1 };
      first ??= nameOf(image);
      const isSame = isEqual(image, last);
      if (last !== undefined && !isSame) changes += 1;
      last = image;
      const run = runs.at(-1);
      const name = isSame && run ? run.name : blanks.note(image);
      if (run && run.name === name) run.endFrame = frame + 1;
      else runs.push({ name, startFrame: frame, endFrame: frame + 1 });
    },
    async facts() {
      const colour = await blanks.colours();
      const blank = runs.flatMap(({ name, startFrame, endFrame }): BlankStretch[] => {
        const found = name === null ? null : colour(name);
        return found === null ? [] : [{ startFrame, endFrame, colour: found }];
      });
      const names = { first: first ?? "", last: last ? nameOf(last) : "" };
      return { ...span, changes, ...names, blank: joinStretches(blank).slice(0, MAX_STRETCHES) };
    },
  };
}

/** Stretches of one colour that follow on each other are one; in the order of their frames. */
export function joinStretches(stretches: readonly BlankStretch[]): BlankStretch[] {
  const joined: BlankStretch[] = [];
  for (const stretch of stretches) {
    const before = joined.at(-1);
    if (before?.endFrame === stretch.startFrame && before.colour === stretch.colour) {
      joined[joined.length - 1] = { ...before, endFrame: stretch.endFrame };
    } else joined.push(stretch);
  }
  return joined;
}

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
}

/** Watches pictures as they come, in order. */
export interface PictureWatch {
  observe(frame: number, image: Buffer): void;
  facts(): Promise<PictureFacts>;
}

export interface PictureWatchOptions {
  /** No picture of one colour is larger, in bytes. */
  readonly maxBlankBytes: number;
  /** The colour of each picture that is all of one; null for any other. */
  readonly colours: (images: readonly Buffer[]) => Promise<readonly (string | null)[]>;
}

/** Of pictures that may be of one colour, the smallest are looked at: it takes the fewest bytes to say just that. */
const MAX_LOOKED_AT = 12;
const MAX_STRETCHES = 200;

function nameOf(image: Buffer): string {
  return createHash("sha256").update(image).digest("base64url").slice(0, 22);
}

/** Keeps the smallest of the pictures that may be blank, by name. */
class Candidates {
  readonly images = new Map<string, Buffer>();
  readonly #maxBytes: number;

  constructor(maxBytes: number) {
    this.#maxBytes = maxBytes;
  }

  /** The picture's name, when it may be blank. */
  note(image: Buffer): string | null {
    if (image.length > this.#maxBytes) return null;
    const name = nameOf(image);
    if (this.images.has(name)) return name;
    if (this.images.size >= MAX_LOOKED_AT) {
      const [largest] = [...this.images].toSorted(([, a], [, b]) => b.length - a.length);
      if (!largest || largest[1].length <= image.length) return null;
      this.images.delete(largest[0]);
    }
    this.images.set(name, image);
    return name;
  }
}

interface Run {
  readonly name: string | null;
  readonly startFrame: number;
  endFrame: number;
}

/** Watches a chunk's pictures. Nothing but their bytes is looked at, so that it costs next to nothing. */
export function watchPictures({ maxBlankBytes, colours }: PictureWatchOptions): PictureWatch {
  const candidates = new Candidates(maxBlankBytes);
  const runs: Run[] = [];
  let first: Buffer | undefined;
  let last: Buffer | undefined;
  let span: FrameSpan = { startFrame: 0, endFrame: 0 };
  let changes = 0;

  const colourOf = async (): Promise<(name: string | null) => string | null> => {
    const names = [...candidates.images.keys()];
    const found = names.length === 0 ? [] : await colours([...candidates.images.values()]);
    const byName = new Map(names.map((name, index) => [name, found[index] ?? null]));
    return (name) => (name === null ? null : (byName.get(name) ?? null));
  };

  return {
    observe(frame, image) {
      span = { startFrame: first === undefined ? frame : span.startFrame, endFrame: frame + 1 };
      first ??= image;
      const isSame = last?.equals(image) === true;
      if (last !== undefined && !isSame) changes += 1;
      last = image;
      const run = runs.at(-1);
      const name = isSame && run ? run.name : candidates.note(image);
      if (run && run.name === name) run.endFrame = frame + 1;
      else runs.push({ name, startFrame: frame, endFrame: frame + 1 });
    },
    async facts() {
      const colour = await colourOf();
      const blank = runs.flatMap(({ name, startFrame, endFrame }): BlankStretch[] => {
        const found = colour(name);
        return found === null ? [] : [{ startFrame, endFrame, colour: found }];
      });
      const names = { first: first ? nameOf(first) : "", last: last ? nameOf(last) : "" };
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

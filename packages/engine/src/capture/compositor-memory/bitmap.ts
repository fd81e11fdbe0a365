import { isErrno } from "../../is-errno.ts";
import { compositorPid, type Mapping, openMemory, type ProcessMemory } from "./process-memory.ts";

export interface Size {
  readonly width: number;
  readonly height: number;
}

/** What the compositor has drawn last, in its own memory: rows of blue, green, red and alpha, without gaps. */
export interface Bitmap extends Size {
  /** False when it is not there any more. */
  read(into: Uint8Array): boolean;
  close(): void;
}

/** Bitmaps have four bytes a pixel. */
const PIXEL_BYTES = 4;
/** A large bitmap has a mapping to itself; a small one lies among others, in one of at most this size. */
const SHARED_MAPPING_BYTES = 8 * 1024 * 1024;

/** Of a process's memory, so much is held here at a time. */
const WINDOW_BYTES = 1024 * 1024;

export function bitmapBytes({ width, height }: Size): number {
  return width * height * PIXEL_BYTES;
}

/** Where a bitmap of so many bytes may be, the likeliest first. */
function likely(mappings: readonly Mapping[], bytes: number): Mapping[] {
  return mappings
    .filter((mapping) => mapping.bytes >= bytes && mapping.bytes <= bytes + SHARED_MAPPING_BYTES)
    .toSorted((a, b) => a.bytes - b.bytes);
}

/** Every place of the marker that has room for a bitmap behind it. What is looked through is held a window at a time. */
function* placesIn(
  memory: ProcessMemory,
  mapping: Mapping,
  marker: Buffer,
  bytes: number,
  window: Buffer,
): Generator<number> {
  const end = mapping.address + mapping.bytes;
  const last = end - bytes;
  // Windows overlap by a byte less than the marker has: it lies whole in one of them, and in no two.
  const step = window.length - marker.length + 1;
  for (let from = mapping.address; from <= last; from += step) {
    const held = window.subarray(0, Math.min(window.length, end - from));
    if (!memory.read(held, from)) continue;
    for (let at = held.indexOf(marker); at !== -1 && from + at <= last; at = held.indexOf(marker, at + 1))
      yield from + at;
  }
}

export interface FoundBitmaps {
  /** Each shows the marker; which of them is drawn into is to be seen. */
  readonly places: readonly number[];
  at(address: number): Bitmap;
  close(): void;
}

/** Markers that are seen at most: old pictures of it may lie about. */
const MAX_PLACES = 8;

/**
 * Looks for bitmaps that begin with a marker in the memory of the process below `root` that draws.
 * @returns why there are none, as the end of a sentence, where there are none
 */
export async function findBitmaps(root: number, size: Size, marker: Buffer): Promise<FoundBitmaps | string> {
  const pid = await compositorPid(root);
  if (pid === null) return "its processes are not to be seen in /proc";
  let memory: ProcessMemory;
  try {
    memory = openMemory(pid);
  } catch (error) {
    if (!isErrno(error)) throw error;
    return `the kernel does not let its memory be read (${error.code})`;
  }
  const bytes = bitmapBytes(size);
  const places: number[] = [];
  const window = Buffer.allocUnsafe(WINDOW_BYTES);
  for (const mapping of likely(await memory.mappings(), bytes)) {
    for (const place of placesIn(memory, mapping, marker, bytes, window)) {
      if (places.push(place) === MAX_PLACES) break;
    }
    if (places.length > 0) break;
  }
  if (places.length > 0)
    return {
      places,
      at: (address) => ({ ...size, read: (into) => memory.read(into, address), close: () => memory.close() }),
      close: () => memory.close(),
    };
  memory.close();
  return "the picture was not found in its memory";
}

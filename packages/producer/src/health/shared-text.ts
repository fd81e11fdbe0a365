/** A text of bounded size that one thread writes and any thread reads, never torn and never waiting. */
export interface SharedText {
  /** How often it was written. The half that holds the newest text is the one of the same parity. */
  readonly writes: Int32Array<SharedArrayBuffer>;
  /** The length of each half's text, in bytes. */
  readonly lengths: Int32Array<SharedArrayBuffer>;
  readonly bytes: Uint8Array<SharedArrayBuffer>;
}

/** A reader fails only when the text was replaced twice while it copied a few bytes. */
const READ_TRIES = 100;

/** An empty text, with room for `capacity` bytes of UTF-8. */
export function createSharedText(capacity: number): SharedText {
  return {
    writes: new Int32Array(new SharedArrayBuffer(4)),
    lengths: new Int32Array(new SharedArrayBuffer(8)),
    bytes: new Uint8Array(new SharedArrayBuffer(2 * capacity)),
  };
}

/** Replaces the text, cut to whole characters that fit. Only one thread may write. */
export function writeText({ writes, lengths, bytes }: SharedText, text: string): void {
  const next = Atomics.load(writes, 0) + 1;
  const half = next & 1;
  const capacity = bytes.length / 2;
  // Readers look at the other half until `writes` tells them of this one.
  lengths[half] = Buffer.from(bytes.buffer, half * capacity, capacity).write(text);
  Atomics.store(writes, 0, next);
}

/** The newest text; null when it could not be read whole. */
export function readText({ writes, lengths, bytes }: SharedText): string | null {
  const capacity = bytes.length / 2;
  for (let left = READ_TRIES; left > 0; left--) {
    const seen = Atomics.load(writes, 0);
    const half = seen & 1;
    const start = half * capacity;
    const copy = Buffer.from(bytes.slice(start, start + (lengths[half] ?? 0)));
    // An exchange, not a load: what was copied may not be read after it.
    if (Atomics.compareExchange(writes, 0, seen, seen) === seen) return copy.toString();
  }
  return null;
}

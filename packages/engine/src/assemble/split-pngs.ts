/** A PNG's signature, and what goes with each of its chunks: length, type and checksum (https://www.w3.org/TR/png-3/). */
const SIGNATURE_BYTES = 8;
const CHUNK_OVERHEAD = 12;

/** Where the PNG at the start of a buffer ends; null when it is not whole yet. */
function endOfPng(buffer: Buffer): number | null {
  for (let at = SIGNATURE_BYTES; at + CHUNK_OVERHEAD <= buffer.length;) {
    const isLast = buffer.toString("latin1", at + 4, at + 8) === "IEND";
    at += CHUNK_OVERHEAD + buffer.readUInt32BE(at);
    if (isLast) return at <= buffer.length ? at : null;
  }
  return null;
}

/** Cuts a stream of PNGs into its pictures, of which it holds one at a time. */
export async function* splitPngs(stream: AsyncIterable<Buffer>): AsyncGenerator<Buffer, void, undefined> {
  let parts: Buffer[] = [];
  for await (const part of stream) {
    parts.push(part);
    let rest = Buffer.concat(parts);
    for (let end = endOfPng(rest); end !== null; end = endOfPng(rest)) {
      yield rest.subarray(0, end);
      rest = rest.subarray(end);
    }
    parts = rest.length === 0 ? [] : [rest];
  }
}

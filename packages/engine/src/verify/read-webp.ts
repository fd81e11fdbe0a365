import { readFile } from "node:fs/promises";

interface WebpFrame {
  readonly milliseconds: number;
  /** The frame as a picture of its own. */
  readonly still: Buffer;
}

/** An animated WebP, by https://developers.google.com/speed/webp/docs/riff_container */
export interface Webp {
  readonly width: number;
  readonly height: number;
  readonly hasAlpha: boolean;
  readonly plays: number;
  readonly frames: readonly WebpFrame[];
}

const CHUNK_HEAD = 8;
const FRAME_HEAD = 16;
const ALPHA_FLAG = 0x10;

interface RiffChunk {
  readonly type: string;
  readonly data: Buffer;
}

/** Chunks follow on each other, each filled up to an even length. */
function chunksOf(buffer: Buffer): RiffChunk[] {
  const chunks: RiffChunk[] = [];
  for (let at = 0; at + CHUNK_HEAD <= buffer.length;) {
    const bytes = buffer.readUInt32LE(at + 4);
    const data = buffer.subarray(at + CHUNK_HEAD, at + CHUNK_HEAD + bytes);
    chunks.push({ type: buffer.toString("latin1", at, at + 4), data });
    at += CHUNK_HEAD + bytes + (bytes % 2);
  }
  return chunks;
}

function riff(type: string, data: Buffer): Buffer {
  const head = Buffer.alloc(CHUNK_HEAD);
  head.write(type, "latin1");
  head.writeUInt32LE(data.length, 4);
  return Buffer.concat([head, data, Buffer.alloc(data.length % 2)]);
}

function stillOf(frame: Buffer): Buffer {
  const parts = frame.subarray(FRAME_HEAD);
  const hasAlpha = chunksOf(parts).some(({ type }) => type === "ALPH");
  // Width and height stand in a frame as they do in a file.
  const size = frame.subarray(6, 12);
  const extended = riff("VP8X", Buffer.concat([Buffer.from([ALPHA_FLAG, 0, 0, 0]), size]));
  return riff("RIFF", Buffer.concat([Buffer.from("WEBP"), ...(hasAlpha ? [extended] : []), parts]));
}

/** Reads a file that its chunks were made for; what is no WebP has no frames. */
export async function readWebp(path: string): Promise<Webp> {
  const chunks = chunksOf((await readFile(path)).subarray(12));
  const find = (wanted: string): Buffer | undefined => chunks.find(({ type }) => type === wanted)?.data;
  const head = find("VP8X") ?? Buffer.alloc(10);
  const frames = chunks.filter(({ type }) => type === "ANMF").map(({ data }) => data);
  return {
    width: head.readUIntLE(4, 3) + 1,
    height: head.readUIntLE(7, 3) + 1,
    hasAlpha: ((head[0] ?? 0) & ALPHA_FLAG) !== 0,
    plays: find("ANIM")?.readUInt16LE(4) ?? 1,
    frames: frames.map((data) => ({ milliseconds: data.readUIntLE(12, 3), still: stillOf(data) })),
  };
}

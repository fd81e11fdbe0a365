import { open } from "node:fs/promises";

import { CHANNELS, SAMPLE_RATE } from "./sound-source.ts";

const BYTES_PER_SAMPLE = 2;
const FULL_SCALE = 2 ** 15;

/** The header of a WAV file of 16-bit PCM: https://www.rfc-editor.org/rfc/rfc2361 and the RIFF specification. */
function header(frames: number): Buffer {
  const bytesPerFrame = CHANNELS * BYTES_PER_SAMPLE;
  const bytes = frames * bytesPerFrame;
  const head = Buffer.alloc(44);
  head.write("RIFF", 0, "latin1");
  head.writeUInt32LE(36 + bytes, 4);
  head.write("WAVEfmt ", 8, "latin1");
  head.writeUInt32LE(16, 16);
  head.writeUInt16LE(1, 20);
  head.writeUInt16LE(CHANNELS, 22);
  head.writeUInt32LE(SAMPLE_RATE, 24);
  head.writeUInt32LE(SAMPLE_RATE * bytesPerFrame, 28);
  head.writeUInt16LE(bytesPerFrame, 32);
  head.writeUInt16LE(BYTES_PER_SAMPLE * 8, 34);
  head.write("data", 36, "latin1");
  head.writeUInt32LE(bytes, 40);
  return head;
}

function toPcm(block: Float32Array): Int16Array {
  return Int16Array.from(block, (sample) =>
    Math.max(-FULL_SCALE, Math.min(FULL_SCALE - 1, Math.round(sample * FULL_SCALE))),
  );
}

/** Writes sound as a WAV file of 16 bits, which silence leaves silent, and gives its loudest sample, 1 being full scale. */
export async function writeWav(
  file: string,
  frames: number,
  blocks: AsyncIterable<Float32Array>,
): Promise<{ readonly peak: number }> {
  const handle = await open(file, "w");
  let peak = 0;
  try {
    await handle.appendFile(header(frames));
    for await (const block of blocks) {
      for (const sample of block) peak = Math.max(peak, Math.abs(sample));
      const pcm = toPcm(block);
      await handle.appendFile(new Uint8Array(pcm.buffer, pcm.byteOffset, pcm.byteLength));
    }
  } finally {
    await handle.close();
  }
  return { peak };
}

import { type FileHandle, open } from "node:fs/promises";

import { CHANNELS } from "./sound-source.ts";

const BYTES_PER_FRAME = CHANNELS * Float32Array.BYTES_PER_ELEMENT;

/** Sound that is added up on disk, so that memory does not grow with its length. Counted in frames of two samples. */
export interface MixFile {
  /** Adds a block at a place within the mix. */
  add(block: Float32Array, at: number): Promise<void>;
  read(at: number, frames: number): Promise<Float32Array>;
  close(): Promise<void>;
}

async function readFloats(handle: FileHandle, at: number, frames: number): Promise<Float32Array> {
  const samples = new Float32Array(frames * CHANNELS);
  const bytes = new Uint8Array(samples.buffer);
  for (let done = 0; done < bytes.length;) {
    const { bytesRead } = await handle.read(bytes, done, bytes.length - done, at * BYTES_PER_FRAME + done);
    if (bytesRead === 0) break;
    done += bytesRead;
  }
  return samples;
}

/** Opens a mix of silence. */
export async function openMixFile(file: string, frames: number): Promise<MixFile> {
  const handle = await open(file, "w+");
  // Silence takes no room on the disk.
  await handle.truncate(frames * BYTES_PER_FRAME);
  return {
    read: (at, count) => readFloats(handle, at, count),
    close: () => handle.close(),
    add: async (block, at) => {
      const sum = await readFloats(handle, at, block.length / CHANNELS);
      for (let index = 0; index < block.length; index++) sum[index] = (sum[index] ?? 0) + (block[index] ?? 0);
      const bytes = new Uint8Array(sum.buffer);
      for (let done = 0; done < bytes.length;) {
        const place = at * BYTES_PER_FRAME + done;
        done += (await handle.write(bytes, done, bytes.length - done, place)).bytesWritten;
      }
    },
  };
}

import { runForOutput } from "../run-for-output.ts";
import type { RunBounds } from "./read-stream.ts";

const FULL_SCALE = 2 ** 15;

/** Decodes the sound of a file, and gives its loudest sample, 1 being full scale: memory does not grow with length. */
export async function readSoundPeak(ffmpeg: string, file: string, bounds: RunBounds): Promise<number> {
  let peak = 0;
  // The high byte of a sample is the second of two: half a byte's step is exact enough for a peak.
  let isHigh = false;
  const decode = ["-v", "error", "-nostdin", "-i", file, "-map", "0:a:0", "-f", "s16le", "pipe:1"];
  await runForOutput(ffmpeg, decode, {
    ...bounds,
    onOutput: (output) => {
      output.on("data", (chunk: Buffer) => {
        for (const byte of chunk) {
          if (isHigh) peak = Math.max(peak, byte < 128 ? byte * 256 + 255 : (256 - byte) * 256);
          isHigh = !isHigh;
        }
      });
    },
  });
  return peak / FULL_SCALE;
}

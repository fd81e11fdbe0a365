import { runForOutput } from "../../packages/engine/src/run-for-output.ts";

const DECODE_TIMEOUT_MS = 120_000;

/** The hash of each decoded frame of a video, in order. */
export async function frameHashes(ffmpeg: string, file: string): Promise<string[]> {
  const args = ["-v", "error", "-i", file, "-map", "0:v", "-f", "framemd5", "-"];
  const text = await runForOutput(ffmpeg, args, { deadline: Date.now() + DECODE_TIMEOUT_MS });
  return text
    .split("\n")
    .filter((line) => line !== "" && !line.startsWith("#"))
    .map((line) => line.split(",").at(-1)?.trim() ?? "");
}

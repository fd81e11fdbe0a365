import { spawn } from "node:child_process";
import { once } from "node:events";

const TIMEOUT_MS = 120_000;
/** What equal frames count as. */
const EQUAL_DB = 100;

export interface Psnr {
  readonly frames: readonly number[];
  readonly least: number;
  readonly mean: number;
}

/** Peak signal-to-noise ratio of two videos, frame by frame, in dB, by ffmpeg. */
export async function psnrOf(file: string, other: string, width: number, height: number): Promise<Psnr> {
  const signal = AbortSignal.timeout(TIMEOUT_MS);
  const scale = `scale=${width}:${height}`;
  const graph = `[0:v]${scale},setpts=N/TB[a];[1:v]${scale},setpts=N/TB[b];[a][b]psnr=stats_file=-:shortest=1`;
  const args = ["-v", "error", "-i", file, "-i", other, "-lavfi", graph, "-f", "null", "/dev/null"];
  const child = spawn("ffmpeg", args, { stdio: ["ignore", "pipe", "inherit"], signal });
  let text = "";
  child.stdout.on("data", (part: Buffer) => (text += part.toString()));
  await once(child, "close", { signal });
  const frames = [...text.matchAll(/psnr_avg:(\S+)/g)].map(([, db]) =>
    db === "inf" ? EQUAL_DB : Number(db),
  );
  const mean = frames.reduce((sum, db) => sum + db, 0) / Math.max(1, frames.length);
  return { frames, least: Math.min(...frames), mean };
}

import { execFile } from "node:child_process";
import { promisify } from "node:util";

const TIMEOUT_MS = 600_000;

/** How like lossless frames a video is; both over luma and colours. */
export interface Likeness {
  /** Structural similarity: 1 for equal. */
  readonly ssim: number;
  /** Peak signal-to-noise ratio, in dB. */
  readonly psnr: number;
}

/** The video as its tags say, and the frames as BT.709: what a player shows, against what the browser drew. */
const GRAPH = [
  "[0:v]format=yuv420p,setpts=N/TB,split[a][b]",
  "[1:v]scale=out_color_matrix=bt709:out_range=tv:flags=bicubic+accurate_rnd+full_chroma_int,format=yuv420p,setpts=N/TB,split[c][d]",
  "[a][c]ssim;[b][d]psnr",
].join(";");

/** Measured by ffmpeg. */
export async function likenessOf(video: string, lossless: string): Promise<Likeness> {
  const args = ["-hide_banner", "-nostdin", "-i", video, "-i", lossless, "-lavfi", GRAPH, "-f", "null", "-"];
  const { stderr } = await promisify(execFile)("ffmpeg", args, { timeout: TIMEOUT_MS, maxBuffer: 2 ** 24 });
  const read = (pattern: RegExp): number => {
    const [, value] = pattern.exec(stderr) ?? [];
    if (value === undefined) throw new Error(`ffmpeg did not measure: ${stderr.slice(-300)}`);
    return value === "inf" ? Infinity : Number(value);
  };
  return { ssim: read(/SSIM .*All:([\d.]+)/), psnr: read(/PSNR .*average:([\d.]+|inf)/) };
}

import { execFileSync } from "node:child_process";
import { readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

const TIMEOUT_MS = 60_000;

/** Makes a file by ffmpeg. */
export function make(name: string, input: readonly string[], output: readonly string[]): Uint8Array {
  const file = join(tmpdir(), `framewright-corpus-${process.pid}-${name}`);
  execFileSync("ffmpeg", ["-v", "error", "-y", ...input, ...output, file], { timeout: TIMEOUT_MS });
  const bytes = readFileSync(file);
  rmSync(file);
  return bytes;
}

/** Twenty pictures at ten a second, whose bar grows by 15 px from one to the next. */
const GROWING = [
  "-f",
  "lavfi",
  "-i",
  "nullsrc=s=320x16:r=10:d=2,format=rgb24,geq=r='if(lt(X,15*N),0,255)':g='if(lt(X,15*N),0,255)':b='if(lt(X,15*N),0,255)'",
];

const ENCODERS = {
  gif: ["-loop", "0"],
  apng: ["-plays", "0", "-f", "apng"],
  webp: ["-c:v", "libwebp_anim", "-lossless", "1", "-loop", "0"],
  mp4: ["-pix_fmt", "yuv420p", "-c:v", "libx264"],
  webm: ["-pix_fmt", "yuv420p", "-c:v", "libvpx"],
} as const;

/** An animated image, or a film, of a growing bar. */
export function growingImage(kind: keyof typeof ENCODERS): () => Uint8Array {
  return () => make(`bar.${kind}`, GROWING, ENCODERS[kind]);
}

/** A second of a tone. */
export function tone(kind: "wav" | "mp3"): () => Uint8Array {
  return () => make(`tone.${kind}`, ["-f", "lavfi", "-i", "sine=f=440:d=1"], []);
}

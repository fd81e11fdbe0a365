import { createRequire } from "node:module";
import { readFile } from "node:fs/promises";

import { ffmpeg } from "../e2e/decode.ts";

/** Red from the left up to a length that is a function of the picture's number N, on white. */
function bar(rate: number, seconds: number, length: string): string[] {
  const other = `if(lt(X,${length}),0,255)`;
  return [
    "-f",
    "lavfi",
    "-i",
    `nullsrc=s=320x60:r=${rate}:d=${seconds},format=rgb24,geq=r='255':g='${other}':b='${other}'`,
  ];
}

/** Fifteen pictures of 0.1 s, once: 20 px, and 20 px more in each. */
export function growingGif(): Promise<Buffer> {
  return ffmpeg([...bar(10, 1.5, "20*(N+1)"), "-loop", "-1", "-f", "gif", "-"]);
}

/** A film of two seconds whose bar grows by 3 px in each of its 30 frames a second. */
export function growingFilm(): Promise<Buffer> {
  const vp8 = ["-pix_fmt", "yuv420p", "-c:v", "libvpx", "-b:v", "1M", "-g", "5"];
  return ffmpeg([...bar(30, 2, "3*N"), ...vp8, "-f", "webm", "-"]);
}

export function tone(): Promise<Buffer> {
  return ffmpeg(["-f", "lavfi", "-i", "sine=d=1", "-f", "wav", "-"]);
}

/** A face whose letters are all of one width. */
export function monospaceFont(): Promise<Buffer> {
  const fonts = createRequire(import.meta.resolve("@framewright/fonts/package.json"));
  return readFile(
    fonts.resolve("@fontsource-variable/jetbrains-mono/files/jetbrains-mono-latin-wght-normal.woff2"),
  );
}

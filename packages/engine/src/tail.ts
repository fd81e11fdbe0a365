import type { Readable } from "node:stream";

/** Enough for a stack trace or ffmpeg's last words. */
const MAX_BYTES = 16 * 1024;

export interface Tail {
  text(): string;
}

/** Keeps the end of a stream's text, in bounded memory. */
export function boundedTail(stream: Readable): Tail {
  let kept = "";
  stream.setEncoding("utf8");
  stream.on("data", (chunk: string) => {
    kept = (kept + chunk).slice(-MAX_BYTES);
  });
  // A broken pipe only means that the child is gone, which its exit says.
  stream.on("error", () => undefined);
  return { text: () => kept.trim() };
}

import type { Readable } from "node:stream";

import { createLines } from "./lines.ts";

const MAX_LINE_CHARS = 16 * 1024;
const MAX_TAIL_CHARS = 64 * 1024;

/** Reads a child's output line by line and keeps its end, in bounded memory. Returns a reader of that end. */
export function watchOutput(stream: Readable, onLine: (line: string) => void): () => string {
  let tail = "";
  const lines = createLines(MAX_LINE_CHARS, onLine);
  stream.setEncoding("utf8");
  stream.on("data", (text: string) => {
    tail = (tail + text).slice(-MAX_TAIL_CHARS);
    lines.push(text);
  });
  stream.once("end", () => lines.end());
  // A broken pipe ends the output; how the child ended is told by its exit.
  stream.on("error", () => lines.end());
  return () => tail;
}

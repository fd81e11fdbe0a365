import { RunError } from "../run-for-output.ts";

/** Enough to tell one file from another. */
const MAX_NAME = 120;
const MAX_WORDS = 240;

/** A file as its author knows it: its path in the project, or the beginning of a longer address. */
export function mediaName(src: string): string {
  if (src.startsWith("data:")) return `${src.slice(0, Math.min(32, src.indexOf(",") + 1))}…`;
  const url = URL.parse(src);
  const name = url?.hostname.endsWith("localhost") ? decodeURI(url.pathname.slice(1)) : src;
  return name.length > MAX_NAME ? `${name.slice(0, MAX_NAME)}…` : name;
}

/** What ffmpeg or ffprobe said last of a file, as its author may read it. */
export function lastWords(error: RunError, file: string): string {
  const lines = error.message
    .replaceAll(`file:${file}`, "")
    .replaceAll(file, "")
    .split("\n")
    .map((line) => line.replace(/^\[[^\]]*\]\s*/, "").replace(/^[:\s]+/, "").trim())
    .filter((line) => line !== "" && !line.includes("/"));
  return (lines.at(-1) ?? "nothing was said").slice(0, MAX_WORDS);
}

import type { RunError } from "../run-for-output.ts";

/** Enough to tell one file from another. */
const MAX_NAME = 120;
const MAX_WORDS = 240;

/** The path of a file in the project, whose pages are served at a name that leads nowhere else; null for other addresses. */
export function projectFile(src: string): string | null {
  const url = URL.parse(src);
  if (url === null || url.protocol !== "http:" || !url.hostname.endsWith(".localhost")) return null;
  try {
    return decodeURIComponent(url.pathname.slice(1));
  } catch {
    // A path that is not UTF-8 is nobody's file.
    return null;
  }
}

/** The address of a file of the project. */
export function projectUrl(file: string, pageUrl: string): URL {
  return new URL(`/${file.split("/").map(encodeURIComponent).join("/")}`, pageUrl);
}

/** A file as its author knows it: its path in the project, or the beginning of a longer address. */
export function mediaName(src: string): string {
  if (src.startsWith("data:")) return `${src.slice(0, Math.min(32, src.indexOf(",") + 1))}…`;
  const name = projectFile(src) ?? src;
  return name.length > MAX_NAME ? `${name.slice(0, MAX_NAME)}…` : name;
}

/** What ffmpeg or ffprobe said first of a file that it could not read, as its author may read it. */
export function lastWords(error: RunError, file: string): string {
  const lines = error.message
    .replaceAll(`file:${file}`, "")
    .replaceAll(file, "")
    .split("\n")
    .map((line) =>
      line
        .replace(/^\[[^\]]*\]\s*/, "")
        .replace(/^[:\s]+/, "")
        .trim(),
    )
    .filter((line) => line !== "" && !line.includes("/"));
  return (lines[0] ?? "nothing was said").slice(0, MAX_WORDS);
}

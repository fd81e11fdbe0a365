const MAX_LINES = 10;
const MAX_LINE_LENGTH = 300;

const STACK_LINE = /^\s*at\s/;
/** Absolute paths, but not those of addresses like `http://host/path`. */
const LOCAL_PATH = /(?:file:\/\/|(?<!:\/|\w))(?:\/[^\s/:;,'"()[\]]+)+\/?/g;

/** The last lines of what a process wrote, as a caller may see them: without local paths and stacks. */
export function publicLines(text: string): string[] {
  return text
    .split("\n")
    .filter((line) => line.trim() !== "" && !STACK_LINE.test(line))
    .slice(-MAX_LINES)
    .map((line) => line.trim().replaceAll(LOCAL_PATH, "…").slice(0, MAX_LINE_LENGTH));
}

const MAX_LINES = 10;
const MAX_LINE_LENGTH = 300;

const STACK_LINE = /^\s*at\s/;
/** Absolute paths, but not those of addresses like `http://host/path`. */
const LOCAL_PATH = /(?:file:\/\/|(?<!:\/|\w))(?:\/[^\s/:;,'"()[\]]+)+\/?/g;

/** Up to the end of the last folder with a character that ends a path in a text. */
const ODD_FOLDERS = /^.*[\s:;,'"()[\]][^/]*/s;

/**
 * The last lines of what a process wrote, as a caller may see them: without local paths and stacks. A path in a text
 * ends at a space; `dir`, the one that the process worked in, is known as a whole.
 */
export function publicLines(text: string, dir: string): string[] {
  const [odd] = ODD_FOLDERS.exec(dir) ?? [];
  return (odd === undefined ? text : text.replaceAll(odd, "/…"))
    .split("\n")
    .filter((line) => line.trim() !== "" && !STACK_LINE.test(line))
    .slice(-MAX_LINES)
    .map((line) => line.trim().replaceAll(LOCAL_PATH, "…").slice(0, MAX_LINE_LENGTH));
}

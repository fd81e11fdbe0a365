import { ProblemError } from "@framewright/contract";

/** The limit of nearly every file system, in bytes. */
const MAX_SEGMENT_BYTES = 255;
const MAX_NAME_BYTES = 1024;
const SHOWN_CHARACTERS = 100;

/** `archive-unsafe`, naming the entry as the archive does. */
export function unsafeEntry(name: string, what: string): ProblemError {
  const shown = name.length > SHOWN_CHARACTERS ? `${name.slice(0, SHOWN_CHARACTERS)}…` : name;
  return new ProblemError("archive-unsafe", `The entry ${JSON.stringify(shown)} ${what}.`);
}

/** The segments of an entry's relative path, none for the root itself. Throws `archive-unsafe` for a path that is not plain. */
export function splitEntryName(name: string): string[] {
  const flaw = findFlaw(name);
  if (flaw !== null) throw unsafeEntry(name, flaw);
  return name.split("/").filter((segment) => segment !== "" && segment !== ".");
}

function findFlaw(name: string): string | null {
  const segments = name.split("/");
  if (name.startsWith("/")) return "has an absolute path";
  if (/^[a-zA-Z]:/.test(name)) return "has a drive letter";
  if (name.includes("\\")) return "has a backslash in its path";
  if (name.includes("\0")) return "has a NUL in its path";
  if (segments.includes("..")) return "leads upwards by `..`";
  const isLong = segments.some((segment) => Buffer.byteLength(segment) > MAX_SEGMENT_BYTES);
  return isLong || Buffer.byteLength(name) > MAX_NAME_BYTES ? "has too long a name" : null;
}

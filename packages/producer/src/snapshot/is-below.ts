import { isAbsolute, relative, sep } from "node:path";

/** Whether an absolute, normalised path lies below a folder; the folder itself does not. */
export function isBelow(folder: string, path: string): boolean {
  const rest = relative(folder, path);
  return rest !== "" && rest !== ".." && !rest.startsWith(`..${sep}`) && !isAbsolute(rest);
}

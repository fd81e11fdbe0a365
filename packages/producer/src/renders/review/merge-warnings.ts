import type { Warning } from "@framewright/contract";

import { shortenWarnings } from "../../plan/shorten-warnings.ts";

function keyOf({ code, selector = "", message }: Warning): string {
  return JSON.stringify([code, selector, message]);
}

/** What was seen while the page was loaded comes before any frame; of two spans the one that is known to end earlier. */
function endOf({ frames }: Warning): number {
  return frames?.endFrame ?? 0;
}

/** What is not known yet of several lists, each once, where it was seen first, in the order of the frames. */
export function mergeWarnings(
  lists: readonly (readonly Warning[])[],
  known: readonly Warning[],
): readonly Warning[] {
  const merged = new Map<string, Warning>();
  for (const warning of lists.flat()) {
    const key = keyOf(warning);
    const other = merged.get(key);
    if (other === undefined || endOf(warning) < endOf(other)) merged.set(key, warning);
  }
  for (const warning of known) merged.delete(keyOf(warning));
  return shortenWarnings([...merged.values()].toSorted((a, b) => endOf(a) - endOf(b)));
}

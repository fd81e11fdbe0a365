import type { RenderRow } from "../render-row.ts";

/** The queue's priorities are integers of 32 bits. */
const RANGE = 2 ** 31 - 1;

/** A tenant's earlier renders come first, with all their work. */
export function priorityOf({ ord }: Pick<RenderRow, "ord">): number {
  return RANGE - (Number(ord) % RANGE);
}

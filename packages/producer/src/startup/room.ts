import type { Pool } from "@framewright/pool";

/** How much more work could be begun now: by children that are ready, beside what was taken and has not reached its own. */
export function roomIn(pool: Pool, refusal: () => unknown): (running: number) => number {
  return (running) => {
    if (refusal() !== null) return 0;
    const { size, children } = pool.snapshot();
    const ready = children.filter(({ state }) => state === "ready").length;
    return Math.min(size - running, ready);
  };
}

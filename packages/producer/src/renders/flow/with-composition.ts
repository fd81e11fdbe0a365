import type { Composition } from "../plan-render.ts";
import type { RenderRow } from "../render-row.ts";
import { resolveOptions } from "../resolve-options.ts";
import type { FlowDeps } from "./flow-deps.ts";

/** Does something with a composition's files on this machine, which stay as long as it takes. */
export async function withComposition<T>(
  { snapshots }: Pick<FlowDeps, "snapshots">,
  { options, snapshot: { hash } }: Pick<RenderRow, "options" | "snapshot">,
  signal: AbortSignal,
  work: (composition: Composition) => Promise<T>,
): Promise<T> {
  const held = await snapshots.acquire(hash, signal);
  try {
    return await work({ options: resolveOptions(options), snapshot: { dir: held.dir, hash } });
  } finally {
    await held.release();
  }
}

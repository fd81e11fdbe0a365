import type { Library, Plan } from "@framewright/contract";
import type { LibraryReport } from "@framewright/local-cdn";

import { asJson } from "../../postgres/as-json.ts";
import { LeaseLost } from "../../queue/lease.ts";
import type { FlowDeps } from "./flow-deps.ts";

/** What a plan says of libraries. */
type Planned = Pick<Plan, "libraries" | "missingLibraries">;

/** What a page asked for after its plan was made, or got since; nothing for most. */
function lateOf({ libraries = [], missingLibraries = [] }: Planned, { served, refused }: LibraryReport) {
  const known = new Set([...libraries.map(({ url }) => url), ...missingLibraries]);
  return {
    served: served.filter(({ url }) => !known.has(url)),
    missing: refused.map(({ url }) => url).filter((url) => !known.has(url)),
  };
}

/** Whether a chunk's page was served what a plan says. */
function agrees(
  { libraries = [], missingLibraries = [] }: Planned,
  { served, refused }: LibraryReport,
): boolean {
  const planned = new Map(libraries.map((library) => [library.url, library.integrity]));
  const missing = new Set(missingLibraries);
  const isPlanned = ({ url, integrity }: Library): boolean => planned.get(url) === integrity;
  return served.every(isPlanned) && refused.every(({ url }) => missing.has(url));
}

export interface Agreement {
  readonly plan: Plan;
  /** Whether the chunk is one of a page that was served what the plan says. */
  readonly isKept: boolean;
}

/**
 * Adds to a render's plan what a chunk's page asked for that no page had asked for before, so that all later chunks get
 * the same. Of two chunks that got different answers at once, the first one's counts, and the other is captured again.
 */
export async function agreeOnLibraries(
  renderId: string,
  plan: Plan,
  report: LibraryReport,
  { database }: Pick<FlowDeps, "database">,
): Promise<Agreement> {
  const late = lateOf(plan, report);
  if (late.served.length + late.missing.length === 0) return { plan, isKept: true };
  return database.transaction(async (tx) => {
    const [row] = await tx.query<{ plan: Plan }>(
      "SELECT plan FROM framewright.renders WHERE id = $1 AND finished_at IS NULL AND plan IS NOT NULL FOR UPDATE",
      [renderId],
    );
    if (!row) throw new LeaseLost("The render has ended.");
    const { libraries = [], missingLibraries = [] } = row.plan;
    const news = lateOf(row.plan, { ...report, served: late.served, refused: report.refused });
    const merged: Plan = {
      ...row.plan,
      libraries: [...libraries, ...news.served].toSorted((a, b) => (a.url < b.url ? -1 : 1)),
      missingLibraries: [...missingLibraries, ...news.missing],
    };
    await tx.query("UPDATE framewright.renders SET plan = $2 WHERE id = $1", [renderId, asJson(merged)]);
    return { plan: merged, isKept: agrees(merged, report) };
  });
}

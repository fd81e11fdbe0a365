import {
  allProcesses,
  below,
  type RunningProcess,
  survivors,
} from "../../packages/producer/src/chaos/process-tree.ts";
import type { ServiceProcess } from "../../packages/producer/src/chaos/service-process.ts";
import { repeat } from "./repeat.ts";
import type { Tally } from "./tally.ts";

const HEALTH_INTERVAL_MS = 500;
const HEALTH_TIMEOUT_MS = 2_000;
const TREE_INTERVAL_MS = 1_000;
/** A process may outlive its owner for a moment, until its pipe is seen to be closed. */
const ORPHAN_AFTER_MS = 5_000;
/** While work waits, a render ends at least this often. */
const STANDSTILL_MS = 60_000;

const nameOf = ({ pid, start }: RunningProcess): string => `${pid}/${start}`;

/** Every process that the service has ever been seen to have. */
export interface Family {
  readonly seen: Map<string, RunningProcess>;
}

async function look(
  service: ServiceProcess,
  { seen }: Family,
  unowned: Map<string, number>,
  tally: Tally,
): Promise<void> {
  const tree = below(service.pid, await allProcesses());
  const owned = new Set(tree.map(nameOf));
  for (const process of tree) seen.set(nameOf(process), process);
  const living = await survivors([...seen.values()]);
  const alive = new Set(living.map(nameOf));
  for (const name of seen.keys()) if (!alive.has(name)) seen.delete(name);
  for (const process of living) {
    const name = nameOf(process);
    if (owned.has(name)) continue;
    const since = unowned.get(name) ?? Date.now();
    unowned.set(name, since);
    if (Date.now() - since > ORPHAN_AFTER_MS) {
      tally.orphans.push(`${process.pid} ${process.command.slice(0, 80)}`);
      seen.delete(name);
    }
  }
}

/** Looks for processes whose owner is dead, until the signal aborts. */
export async function watchFamily(
  service: ServiceProcess,
  tally: Tally,
  signal: AbortSignal,
): Promise<Family> {
  const family: Family = { seen: new Map() };
  const unowned = new Map<string, number>();
  await repeat(TREE_INTERVAL_MS, signal, () => look(service, family, unowned, tally));
  return family;
}

/** Asks the health port, and sees that renders end, until the signal aborts. */
export async function watchForWedges(
  service: ServiceProcess,
  tally: Tally,
  signal: AbortSignal,
): Promise<void> {
  await repeat(HEALTH_INTERVAL_MS, signal, async () => {
    const answer = await fetch(`${service.healthUrl}/health`, {
      signal: AbortSignal.timeout(HEALTH_TIMEOUT_MS),
    }).then(
      ({ ok, status }) => (ok ? null : String(status)),
      (error: unknown) => String(error),
    );
    if (answer !== null) tally.wedges.push(`/health: ${answer}`);
    if (tally.open.size === 0 || Date.now() - tally.lastEndAt < STANDSTILL_MS) return;
    tally.wedges.push(`no render ended for ${STANDSTILL_MS / 1000} s`);
    tally.lastEndAt = Date.now();
  });
}

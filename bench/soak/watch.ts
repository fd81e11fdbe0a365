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

/** The service's processes, and those that have outlived their owners. */
export class Family {
  readonly #tally: Tally;
  readonly #members = new Map<string, RunningProcess>();
  /** Since when a member has no owner, in epoch milliseconds. */
  readonly #unownedSince = new Map<string, number>();

  constructor(tally: Tally) {
    this.#tally = tally;
  }

  /**
   * Looks once; a process that has had no owner for too long is an orphan. What a living worker leads, it owns: its group
   * ends with it, also when the script that started a browser was killed while the worker was stopped.
   */
  async look(servicePid: number): Promise<void> {
    const all = await allProcesses();
    const tree = below(servicePid, all);
    for (const process of tree) this.#members.set(nameOf(process), process);
    const leaders = new Set(tree.map(({ pid }) => pid));
    const owned = new Set([...tree, ...all.filter(({ group }) => leaders.has(group))].map(nameOf));
    for (const process of await this.survivors()) if (!owned.has(nameOf(process))) this.#noteUnowned(process);
  }

  /** The members that still live; the others are forgotten. */
  async survivors(): Promise<RunningProcess[]> {
    const living = await survivors([...this.#members.values()]);
    this.#members.clear();
    for (const process of living) this.#members.set(nameOf(process), process);
    return living;
  }

  #noteUnowned(process: RunningProcess): void {
    const name = nameOf(process);
    const since = this.#unownedSince.get(name) ?? Date.now();
    this.#unownedSince.set(name, since);
    if (Date.now() - since < ORPHAN_AFTER_MS) return;
    this.#tally.orphans.push(`${process.pid} ${process.command.slice(0, 80)}`);
    this.#members.delete(name);
  }
}

/** Looks at the family every second, until the signal aborts. */
export async function watchFamily(family: Family, servicePid: number, signal: AbortSignal): Promise<void> {
  await repeat(
    () => TREE_INTERVAL_MS,
    signal,
    () => family.look(servicePid),
  );
}

/** Asks the health port, and sees that renders end, until the signal aborts. */
export async function watchForWedges(
  service: ServiceProcess,
  tally: Tally,
  signal: AbortSignal,
): Promise<void> {
  await repeat(
    () => HEALTH_INTERVAL_MS,
    signal,
    async () => {
      const fault = await healthFault(service.healthUrl);
      if (fault !== null) tally.wedges.push(`/health: ${fault}`);
      if (tally.open.size === 0 || Date.now() - tally.lastEndAt < STANDSTILL_MS) return;
      tally.wedges.push(`no render ended for ${STANDSTILL_MS / 1000} s`);
      tally.lastEndAt = Date.now();
    },
  );
}

/** What is wrong with the answer of the health port; null when nothing is. */
async function healthFault(healthUrl: string): Promise<string | null> {
  try {
    const answer = await fetch(`${healthUrl}/health`, { signal: AbortSignal.timeout(HEALTH_TIMEOUT_MS) });
    await answer.arrayBuffer();
    return answer.ok ? null : String(answer.status);
  } catch (error) {
    return String(error);
  }
}

import { readFile } from "node:fs/promises";
import { join } from "node:path";

import { processTree } from "../../packages/producer/src/chaos/process-tree.ts";
import { sendSignal } from "../../packages/producer/src/scratch/send-signal.ts";
import type { Random } from "../soak/random.ts";
import type { Fleet } from "./fleet.ts";

async function below(fleet: Fleet, isIt: (command: string) => boolean): Promise<number[]> {
  const roots = fleet.members.flatMap(({ pid }) => pid ?? []);
  const trees = await Promise.all(roots.map(processTree));
  return trees
    .flat()
    .filter(({ command }) => isIt(command))
    .map(({ pid }) => pid);
}

async function postmaster({ databaseDir }: Fleet): Promise<number[]> {
  const text = await readFile(join(databaseDir, "data", "postmaster.pid"), "utf8").catch(() => "");
  const pid = Number.parseInt(text, 10);
  return Number.isInteger(pid) ? [pid] : [];
}

const named = ({ members }: Fleet, start: string): number[] =>
  members.flatMap(({ name, pid }) => (name.startsWith(start) && pid !== null ? [pid] : []));

/** Where the processes of each kind are. */
const CANDIDATES = {
  worker: async (fleet) => named(fleet, "worker"),
  api: async (fleet) => named(fleet, "api"),
  "render worker": (fleet) => below(fleet, (command) => command.includes("render-worker")),
  browser: (fleet) =>
    below(fleet, (command) => /headless|chrom/.test(command) && !command.includes("--type=")),
  ffmpeg: (fleet) => below(fleet, (command) => command.includes("ffmpeg")),
  postmaster,
} as const satisfies Record<string, (fleet: Fleet) => Promise<number[]>>;

export type Victim = keyof typeof CANDIDATES;

// Object.keys forgets the type of the keys; the table has no others.
const KINDS = Object.keys(CANDIDATES) as readonly Victim[];

/** Kills a random process of a random kind; gives the kind, or null when there is none of it now. */
export async function strike(fleet: Fleet, random: Random): Promise<Victim | null> {
  const kind = random.pick(KINDS);
  if (kind === undefined) return null;
  const pid = random.pick(await CANDIDATES[kind](fleet));
  return pid !== undefined && sendSignal(pid, "SIGKILL") ? kind : null;
}

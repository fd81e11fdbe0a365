import { readFile } from "node:fs/promises";
import { join } from "node:path";

import { processTree } from "../../packages/producer/src/chaos/process-tree.ts";
import { sendSignal } from "../../packages/producer/src/chaos/send-signal.ts";
import type { Random } from "../soak/random.ts";
import type { Fleet } from "./fleet.ts";

const KINDS = ["worker", "api", "render worker", "browser", "ffmpeg", "postmaster"] as const;
export type Victim = (typeof KINDS)[number];

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

async function candidates(fleet: Fleet, kind: Victim): Promise<number[]> {
  const named = (start: string): number[] =>
    fleet.members.flatMap(({ name, pid }) => (name.startsWith(start) && pid !== null ? [pid] : []));
  switch (kind) {
    case "worker":
    case "api":
      return named(kind);
    case "render worker":
      return below(fleet, (command) => command.includes("render-worker"));
    case "browser":
      return below(fleet, (command) => /headless|chrom/.test(command) && !command.includes("--type="));
    case "ffmpeg":
      return below(fleet, (command) => command.includes("ffmpeg"));
    case "postmaster":
      return postmaster(fleet);
  }
}

/** Kills a random process of a random kind; gives the kind, or null when there is none of it now. */
export async function strike(fleet: Fleet, random: Random): Promise<Victim | null> {
  const kind = random.pick(KINDS);
  if (kind === undefined) return null;
  const pid = random.pick(await candidates(fleet, kind));
  return pid !== undefined && sendSignal(pid, "SIGKILL") ? kind : null;
}

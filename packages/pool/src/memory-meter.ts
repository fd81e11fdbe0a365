import { readdirSync, readFileSync } from "node:fs";
import { readFile } from "node:fs/promises";

import { parseStat } from "./process-stat.ts";

const BYTES_PER_KB = 1_024;

/** What the processes of a child hold, at most: pages that they share are counted once for each. */
export interface MemoryReading {
  readonly pids: readonly string[];
  readonly bytes: number;
}

/**
 * Reads the memory of whole process trees, all in one pass. Each is named by its leader, and told by its session. One
 * that has gone is missing; elsewhere than on Linux, all are.
 */
export type MeasureMemory = (leaders: ReadonlySet<number>) => ReadonlyMap<number, MemoryReading>;

/**
 * A pass asks `/proc` for nothing but counters that the kernel keeps anyway, and for the session of a process only
 * when it is new: for two Chromium trees of 380 MB and seven processes it takes 1 ms, at one pass a second a
 * thousandth of a core. The exact share of each process (`smaps_rollup`) would have the kernel walk all page tables,
 * 18 ms a tree: it is read only when a limit seems to be exceeded. The counters take no lock that a hung process
 * could hold, so they are read where we stand.
 */
export function createMemoryMeter(): MeasureMemory {
  let sessions = new Map<string, number>();
  return (leaders) => {
    const held = new Map<number, { pids: string[]; bytes: number }>();
    if (leaders.size === 0 || process.platform !== "linux") return held;
    sessions = readSessions(sessions);
    for (const [pid, session] of sessions) {
      const bytes = leaders.has(session) ? memoryOf(readProc(pid, "status")) : undefined;
      if (bytes === undefined) continue;
      const tree = held.get(session) ?? { pids: [], bytes: 0 };
      held.set(session, tree);
      tree.pids.push(pid);
      tree.bytes += bytes;
    }
    return held;
  };
}

/** The bytes that processes hold, with each shared page divided among those who share it, where that may be read. */
export async function shareOf(pids: readonly string[]): Promise<number> {
  let sum = 0;
  for (const pid of pids) {
    const rollup = await readRollup(pid);
    sum += (rollup === undefined ? memoryOf(readProc(pid, "status")) : proportionOf(rollup)) ?? 0;
  }
  return sum;
}

function readSessions(known: ReadonlyMap<string, number>): Map<string, number> {
  const present = new Map<string, number>();
  for (const pid of listProcesses()) {
    const session = known.get(pid) ?? readSession(pid);
    if (session !== undefined) present.set(pid, session);
  }
  return present;
}

function readSession(pid: string): number | undefined {
  const stat = readProc(pid, "stat");
  return stat === undefined ? undefined : parseStat(stat).session;
}

const memoryOf = (status: string | undefined): number | undefined =>
  status === undefined ? undefined : sumOf(status, /^Rss(?:Anon|Shmem):\s+(\d+)/gm);
const proportionOf = (rollup: string): number => sumOf(rollup, /^Pss_(?:Anon|Shmem):\s+(\d+)/gm);

function sumOf(text: string, fields: RegExp): number {
  let sumKb = 0;
  for (const [, kb] of text.matchAll(fields)) sumKb += Number(kb);
  return sumKb * BYTES_PER_KB;
}

/** Empty without a free file descriptor: nothing is known until the next pass. */
function listProcesses(): string[] {
  try {
    return readdirSync("/proc").filter((name) => /^\d+$/.test(name));
  } catch {
    return [];
  }
}

/** Undefined when the process has gone. */
function readProc(pid: string, file: "stat" | "status"): string | undefined {
  try {
    return readFileSync(`/proc/${pid}/${file}`, "utf8");
  } catch {
    return undefined;
  }
}

/** Undefined when the process has gone, or is not ours to read. May wait for a hung process. */
async function readRollup(pid: string): Promise<string | undefined> {
  try {
    return await readFile(`/proc/${pid}/smaps_rollup`, "utf8");
  } catch {
    return undefined;
  }
}

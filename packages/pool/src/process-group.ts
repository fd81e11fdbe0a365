import { type ChildProcess, spawn } from "node:child_process";
import { readdirSync, readFileSync } from "node:fs";
import { constants, setPriority } from "node:os";
import { setTimeout as sleep } from "node:timers/promises";
import { fileURLToPath } from "node:url";

import { parentWatchOptions } from "./parent-watch.ts";
import { parseStat } from "./process-stat.ts";

const FIRST_POLL_MS = 10;
const MAX_POLL_MS = 100;
/** After SIGKILL only a process in an uninterruptible system call lives on for longer. */
const REAP_TIMEOUT_MS = 5_000;
const { ENOENT, ESRCH, EPERM, EACCES } = constants.errno;
/** It has gone, or is a stranger's, which `/proc` may hide. */
const NO_MEMBER = [ENOENT, ESRCH, EPERM, EACCES];

export interface SpawnOptions {
  readonly entry: URL;
  readonly env: Readonly<Record<string, string>>;
  readonly execArgv: readonly string[];
  /** Scheduling priority, -20 (first) to 19 (last). */
  readonly nice: number;
}

/**
 * Starts a Node process as the leader of its own group, with pipes for stdout, stderr and the channel. Throws, or
 * emits `error` on a process without a pid, when the system has no room for it.
 */
export function spawnGroup({ entry, env, execArgv, nice }: SpawnOptions): ChildProcess {
  const leader = spawn(
    process.execPath,
    [...parentWatchOptions(process.pid), ...execArgv, fileURLToPath(entry)],
    {
      detached: true,
      env,
      stdio: ["ignore", "pipe", "pipe", "pipe"],
    },
  );
  if (leader.pid !== undefined) lowerPriority(leader.pid, nice);
  return leader;
}

function lowerPriority(pid: number, nice: number): void {
  try {
    setPriority(pid, nice);
  } catch (error) {
    // A child without the wished priority works all the same.
    process.emitWarning(`Process ${pid} keeps its priority: ${String(error)}`);
  }
}

/** Sends a signal to every process of a group; false when the group has no process, not even a zombie. */
export function signalGroup(pgid: number, signal: NodeJS.Signals | 0): boolean {
  // 0 would mean our own group and -1 every process on the machine.
  if (!Number.isSafeInteger(pgid) || pgid <= 1) throw new RangeError(`${pgid} is not a process group`);
  try {
    process.kill(-pgid, signal);
    return true;
  } catch (error) {
    return !isErrno(error, constants.errno.ESRCH);
  }
}

/**
 * Whether a process of the group lives. A zombie does not: it may stay for as long as its parent likes. Reads where it
 * stands: it takes 2 ms for 150 processes, while calls that hang may hold every thread of the pool of libuv.
 */
export function isGroupAlive(pgid: number): boolean {
  if (!signalGroup(pgid, 0)) return false;
  if (process.platform !== "linux") return true;
  if (isLiveMember(String(pgid), pgid)) return true;
  try {
    return readdirSync("/proc").some((name) => /^\d+$/.test(name) && isLiveMember(name, pgid));
  } catch {
    // Without a free file descriptor nothing is known: it counts as alive until proved dead.
    return true;
  }
}

function isLiveMember(pid: string, pgid: number): boolean {
  try {
    const { state, group } = parseStat(readFileSync(`/proc/${pid}/stat`, "utf8"));
    return group === pgid && state !== "Z" && state !== "X";
  } catch (error) {
    return !NO_MEMBER.some((errno) => isErrno(error, errno));
  }
}

/**
 * Ends a process group: SIGTERM, after `graceMs` SIGKILL (with 0, SIGKILL at once). Resolves to true once no live
 * process of the group is left, and to false when one is after `graceMs` + 5 s. (Default: 2,000 ms.)
 */
export async function killGroup(pgid: number, graceMs = 2_000): Promise<boolean> {
  if (graceMs > 0) {
    signalGroup(pgid, "SIGTERM");
    if (await groupEnds(pgid, graceMs)) return true;
  }
  signalGroup(pgid, "SIGKILL");
  return groupEnds(pgid, REAP_TIMEOUT_MS);
}

async function groupEnds(pgid: number, timeoutMs: number): Promise<boolean> {
  const end = performance.now() + timeoutMs;
  for (let pollMs = FIRST_POLL_MS; ; pollMs = Math.min(pollMs * 2, MAX_POLL_MS)) {
    if (!isGroupAlive(pgid)) return true;
    const leftMs = end - performance.now();
    if (leftMs <= 0) return false;
    await sleep(Math.min(pollMs, leftMs));
  }
}

function isErrno(error: unknown, errno: number): boolean {
  return error instanceof Error && "errno" in error && error.errno === -errno;
}

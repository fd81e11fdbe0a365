import { readdir, readFile, readlink } from "node:fs/promises";
import { join, sep } from "node:path";

import { expect } from "vitest";

import { processTree, until } from "./process-tree.ts";

/** Ending a browser and removing its profile takes well under a second; a busy machine needs longer. */
export const QUIET_WITHIN_MS = 5_000;

/** Compositions that a process keeps unpacked until it ends. */
export const UNPACKED = "snapshots";

/** Everything below a data folder's scratch, except each process's own folder and the compositions that it keeps. */
export async function scratchFiles(dataDir: string): Promise<string[]> {
  const scratch = join(dataDir, "scratch");
  const owners = await readdir(scratch);
  // A folder that goes while it is read is there for now.
  const inside = await Promise.all(
    owners.map((owner) => readdir(join(scratch, owner), { recursive: true }).catch(() => [owner])),
  );
  return inside.flat().filter((path) => path.split(sep)[0] !== UNPACKED);
}

async function socketsOf(pid: number): Promise<string[]> {
  const dir = `/proc/${pid}/fd`;
  // A process may end, or close a descriptor, while it is looked at.
  const fds = await readdir(dir).catch(() => []);
  const links = await Promise.all(fds.map((fd) => readlink(join(dir, fd)).catch(() => "")));
  return links.flatMap((link) => /^socket:\[(\d+)\]$/.exec(link)?.[1] ?? []);
}

const LISTEN = "0A";

/** Ports on which the given processes listen (proc_net_tcp in the kernel's documentation). */
async function listeningPorts(pids: readonly number[]): Promise<number[]> {
  const tables = await Promise.all(
    ["tcp", "tcp6"].map((name) => readFile(`/proc/net/${name}`, "utf8").catch(() => "")),
  );
  const rows = tables.flatMap((table) => table.split("\n").slice(1)).map((line) => line.trim().split(/\s+/));
  const ports = new Map(
    rows.flatMap(([, local, , state, , , , , , inode]) =>
      state === LISTEN && local && inode
        ? [[inode, Number.parseInt(local.split(":")[1] ?? "", 16)] as const]
        : [],
    ),
  );
  const owned = (await Promise.all(pids.map(socketsOf))).flat();
  return owned.flatMap((inode) => ports.get(inode) ?? []);
}

interface Leftovers {
  readonly processes: readonly string[];
  readonly listeners: readonly number[];
  readonly files: readonly string[];
}

/** What a producer's renders have left: processes besides its workers, ports of its workers, files. */
async function leftovers(root: number, dataDir: string): Promise<Leftovers> {
  const tree = await processTree(root);
  return {
    processes: tree.filter(({ command }) => !command.includes("render-worker")).map(({ command }) => command),
    listeners: await listeningPorts(tree.map(({ pid }) => pid)),
    files: await scratchFiles(dataDir),
  };
}

/** Fails unless nothing is left of a producer's renders within a few seconds. */
export async function expectQuiet(root: number, dataDir: string): Promise<void> {
  const empty = (seen: Leftovers): boolean =>
    Object.values(seen).every((list: readonly unknown[]) => list.length === 0);
  const seen = await until(() => leftovers(root, dataDir), empty, QUIET_WITHIN_MS);
  expect(seen).toEqual({ processes: [], listeners: [], files: [] });
}

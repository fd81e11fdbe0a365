import { closeSync, openSync, readSync } from "node:fs";
import { readFile } from "node:fs/promises";

import { processTree } from "../../browser/kill-tree.ts";

/** A stretch of a process's own memory. */
export interface Mapping {
  readonly address: number;
  readonly bytes: number;
}

/** The memory of another process, as the kernel lets its parent read it: https://man7.org/linux/man-pages/man5/proc_pid_mem.5.html */
export interface ProcessMemory {
  /** Its own, writable stretches: what it has drawn is in one of them. */
  mappings(): Promise<Mapping[]>;
  /** Fills the buffer from an address on; false where not all of it is mapped. */
  read(into: Uint8Array, address: number): boolean;
  close(): void;
}

/** A private mapping that may be read and written: https://man7.org/linux/man-pages/man5/proc_pid_maps.5.html */
const OWN_MAPPING = /^([0-9a-f]+)-([0-9a-f]+) rw-p /;

function asMapping(line: string): Mapping[] {
  const [, start, end] = OWN_MAPPING.exec(line) ?? [];
  if (start === undefined || end === undefined) return [];
  // Addresses of user space have 47 bits: a number holds them exactly.
  const address = Number.parseInt(start, 16);
  return [{ address, bytes: Number.parseInt(end, 16) - address }];
}

/** @throws NodeJS.ErrnoException where there is no such process, or it may not be read */
export function openMemory(pid: number): ProcessMemory {
  const descriptor = openSync(`/proc/${pid}/mem`, "r");
  return {
    mappings: async () => (await readFile(`/proc/${pid}/maps`, "utf8")).split("\n").flatMap(asMapping),
    read: (into, address) => {
      try {
        return readSync(descriptor, into, 0, into.length, address) === into.length;
      } catch {
        // EIO: nothing is mapped there any more.
        return false;
      }
    },
    close: () => closeSync(descriptor),
  };
}

/** The process below `root` that runs the compositor: one of its own, or the browser's. */
export async function compositorPid(root: number): Promise<number | null> {
  let browser: number | null = null;
  for (const pid of await processTree(root)) {
    // One that ends meanwhile does not draw.
    const command = await readFile(`/proc/${pid}/cmdline`, "utf8").catch(() => "");
    if (/--type=gpu-process(?:[\s\0]|$)/.test(command)) return pid;
    if (command.includes("--remote-debugging-pipe") && !command.includes("--type=")) browser = pid;
  }
  return browser;
}

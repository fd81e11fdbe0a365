import { createHash } from "node:crypto";
import { readFile, readlink, stat } from "node:fs/promises";
import { hostname } from "node:os";

import { hasCode } from "./has-code.ts";

/** A process, told apart from any other that had or will have its id, also in another container. */
export interface Owner {
  readonly pid: number;
  /** When the process started, in clock ticks since boot ("0" where the system does not say). */
  readonly start: string;
  /** Where the pid means something: one boot of one machine, one namespace of process ids. */
  readonly realm: string;
}

/** The owner's mark as a part of a folder's name, so that folder and mark appear at once. */
export function formatOwner({ pid, start, realm }: Owner): string {
  return `${pid}-${start}-${realm}`;
}

/** Reads the mark from a folder's name; null when it carries none. */
export function parseOwner(name: string): Owner | null {
  const match = /^(\d+)-(\d+)-([0-9a-f]{12})-/.exec(name);
  const [, pid, start, realm] = match ?? [];
  if (pid === undefined || start === undefined || realm === undefined) return null;
  return { pid: Number(pid), start, realm };
}

/** This process as an owner. */
export async function thisOwner(): Promise<Owner> {
  const status = await readStatus("self");
  const places =
    process.platform === "linux"
      ? [await readFile("/proc/sys/kernel/random/boot_id", "utf8"), await readlink("/proc/self/ns/pid")]
      : [hostname()];
  const realm = createHash("sha256").update(places.join("\n")).digest("hex").slice(0, 12);
  return { pid: process.pid, start: status?.start ?? "0", realm };
}

/** Whether an owner of this process's realm still lives. A zombie does not: it has nothing left to write. */
export async function isAlive({ pid, start }: Pick<Owner, "pid" | "start">): Promise<boolean> {
  if (process.platform !== "linux") return answersSignal(pid);
  const status = await readStatus(String(pid));
  return status !== null && status.start === start && !["Z", "X"].includes(status.state);
}

/** What the kernel says of a process; null when it is gone, or where there is no /proc. */
export async function readStatus(
  pid: string,
): Promise<{ state: string; group: number; start: string } | null> {
  if (process.platform !== "linux") return null;
  try {
    const stat = await readFile(`/proc/${pid}/stat`, "utf8");
    // The second field, the command in parentheses, may itself hold spaces and parentheses.
    const fields = stat.slice(stat.lastIndexOf(")") + 2).split(" ");
    const [state, start] = [fields[0], fields[19]];
    return state === undefined || start === undefined ? null : { state, group: Number(fields[2]), start };
  } catch (error) {
    if (hasCode(error, "ENOENT", "ESRCH")) return null;
    throw error;
  }
}

/**
 * Whether the owner of `path` is dead. A pid of another container or machine says nothing here, and a path may carry
 * no mark at all: then only the time of the last use tells, which must be longer ago than `foreignExpiryMs`.
 */
export async function isAbandoned(
  path: string,
  owner: Owner | null,
  self: Owner,
  foreignExpiryMs: number,
): Promise<boolean> {
  if (owner?.realm === self.realm) return !(await isAlive(owner));
  const info = await stat(path).catch((error: unknown) => {
    if (hasCode(error, "ENOENT")) return null;
    throw error;
  });
  return info !== null && Date.now() - info.mtimeMs > foreignExpiryMs;
}

function answersSignal(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return hasCode(error, "EPERM");
  }
}

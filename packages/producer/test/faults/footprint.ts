import { readdir, readFile, stat } from "node:fs/promises";
import { join, sep } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";

import { Client } from "pg";
import { expect, type TestContext } from "vitest";

import { expectRecovery } from "../../../pool/test/faults/recovery.ts";
import { UNPACKED } from "../e2e/leftovers.ts";
import { processTree } from "../e2e/process-tree.ts";

export const MIB = 2 ** 20;

/** Within what time a service must have let go of all that a fault took. */
export const LET_GO_WITHIN_MS = 10_000;
/** How far resident memory may be above the start: what a collector has not been asked to give back yet. */
const RSS_TOLERANCE_BYTES = 50 * MIB;
/** A log file, or a probe's connection, may just be open. */
const DESCRIPTOR_TOLERANCE = 2;
const SAMPLES = 5;
const SAMPLE_MS = 40;
const REST_MS = 800;

/** What a service holds at a time. */
export interface Footprint {
  /** Resident memory of its own process: the median of a few looks. */
  readonly rssBytes: number;
  /** Without its connections to the database, which are bounded, and come and go with use. */
  readonly descriptors: number;
  /** Its descendants, by kind and number. */
  readonly children: readonly string[];
}

export async function rssBytes(pid: number): Promise<number> {
  const status = await readFile(`/proc/${pid}/status`, "utf8");
  return Number(/^VmRSS:\s+(\d+) kB$/m.exec(status)?.[1]) * 1024;
}

/** How many connections a service has to the database that its environment names. */
async function databaseConnections(pid: number): Promise<number> {
  const environment = (await readFile(`/proc/${pid}/environ`, "utf8")).split("\0");
  const url = environment.find((line) => line.startsWith("DATABASE_URL="))?.slice("DATABASE_URL=".length);
  const client = new Client({ connectionString: url });
  await client.connect();
  try {
    const { rows } = await client.query<{ count: number }>(
      "SELECT count(*)::int AS count FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid()",
    );
    return rows[0]?.count ?? 0;
  } finally {
    await client.end();
  }
}

async function measure(pid: number): Promise<Footprint> {
  const sizes: number[] = [];
  for (let look = 0; look < SAMPLES; look++) {
    sizes.push(await rssBytes(pid));
    await sleep(SAMPLE_MS);
  }
  const [descriptors, connections, tree] = await Promise.all([
    readdir(`/proc/${pid}/fd`),
    databaseConnections(pid),
    processTree(pid),
  ]);
  return {
    rssBytes: sizes.sort((a, b) => a - b)[Math.floor(SAMPLES / 2)] ?? 0,
    descriptors: descriptors.length - connections,
    children: tree.map(({ command }) => (command.includes("render-worker") ? "worker" : command)).sort(),
  };
}

/** What a service holds once it has come to rest. */
export async function measureAtRest(pid: number): Promise<Footprint> {
  const until = performance.now() + LET_GO_WITHIN_MS;
  for (let last = await measure(pid); ;) {
    await sleep(REST_MS);
    const now = await measure(pid);
    const isAtRest = now.descriptors === last.descriptors && now.children.join() === last.children.join();
    if (isAtRest || performance.now() > until) return now;
    last = now;
  }
}

/** Prints a measured number: it is the proof, also of a test that passes. */
export function note(text: string): void {
  process.stdout.write(`${text}\n`);
}

const show = ({ rssBytes: rss, descriptors, children }: Footprint): string =>
  `${Math.round(rss / MIB)} MiB, ${descriptors} descriptors, ${children.length} children`;

/** Fails unless the service is back to what it held before, within the time that it has to let go. */
export async function expectLetGo(context: TestContext, pid: number, before: Footprint): Promise<void> {
  const startedAt = performance.now();
  for (;;) {
    const now = await measure(pid);
    const tookMs = performance.now() - startedAt;
    const isBack =
      now.rssBytes <= before.rssBytes + RSS_TOLERANCE_BYTES &&
      Math.abs(now.descriptors - before.descriptors) <= DESCRIPTOR_TOLERANCE &&
      now.children.join() === before.children.join();
    if (isBack || tookMs > LET_GO_WITHIN_MS) {
      note(`${context.task.name}\n  before: ${show(before)}\n  after ${Math.round(tookMs)} ms: ${show(now)}`);
      expect(now.children).toEqual(before.children);
      expect(Math.abs(now.descriptors - before.descriptors)).toBeLessThanOrEqual(DESCRIPTOR_TOLERANCE);
      expect(now.rssBytes).toBeLessThanOrEqual(before.rssBytes + RSS_TOLERANCE_BYTES);
      expectRecovery(context, tookMs, LET_GO_WITHIN_MS);
      return;
    }
  }
}

/** Names of the folders that a service has in its scratch folder now, but for that of compositions that it keeps. */
export async function scratchFolders(dataDir: string): Promise<string[]> {
  const scratch = join(dataDir, "scratch");
  const owners = await readdir(scratch);
  return (await Promise.all(owners.map((owner) => readdir(join(scratch, owner)))))
    .flat()
    .filter((name) => name !== UNPACKED);
}

/**
 * Bytes of the files below a service's scratch folder, but for compositions that it keeps; those that vanish meanwhile
 * count as none.
 */
export async function scratchBytes(dataDir: string): Promise<number> {
  const scratch = join(dataDir, "scratch");
  const entries = await readdir(scratch, { recursive: true, withFileTypes: true }).catch(() => []);
  const isKept = (path: string): boolean => path.slice(scratch.length + 1).split(sep)[1] === UNPACKED;
  const files = entries.filter((entry) => entry.isFile() && !isKept(entry.parentPath));
  const sizes = await Promise.all(
    files.map(({ parentPath, name }) =>
      stat(join(parentPath, name)).then(
        ({ blocks }) => blocks * 512,
        () => 0,
      ),
    ),
  );
  return sizes.reduce((sum, size) => sum + size, 0);
}

/** Looks again and again until stopped; gives the highest seen. */
export function watchPeak(look: () => Promise<number>): { stop(): Promise<number> } {
  const done = new AbortController();
  const watching = (async () => {
    let peak = 0;
    while (!done.signal.aborted) {
      peak = Math.max(peak, await look());
      await sleep(SAMPLE_MS);
    }
    return peak;
  })();
  return {
    stop() {
      done.abort();
      return watching;
    },
  };
}

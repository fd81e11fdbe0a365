import { mkdir, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";

import { expect, it } from "vitest";

import { readCgroupLimits } from "../../src/startup/cgroup-limits.ts";
import { workerCount } from "../../src/startup/worker-count.ts";
import { openFolder } from "../e2e/machine.ts";

const GIB = 2 ** 30;

/** The limits that a tree of control groups means, for a process in the given group. */
async function limitsOf(membership: string, files: Readonly<Record<string, string>>) {
  await using mount = await openFolder();
  for (const [name, text] of Object.entries({ ...files, membership })) {
    const file = join(mount.dir, name);
    await mkdir(dirname(file), { recursive: true });
    await writeFile(file, `${text}\n`);
  }
  return readCgroupLimits(mount.dir, join(mount.dir, "membership"));
}

it("takes the tightest limit of all levels of version 2", async () => {
  const limits = await limitsOf("0::/a/b", {
    "a/memory.max": String(2 * GIB),
    "a/cpu.max": "max 100000",
    "a/b/memory.max": "max",
    "a/b/cpu.max": "150000 100000",
  });
  expect(limits).toEqual({ memoryBytes: 2 * GIB, cpus: 1.5 });
});

it("takes those of version 1 by controller, also where a container sees its own group at the top", async () => {
  const limits = await limitsOf("4:memory:/docker/x\n1:cpu,cpuacct:/docker/x\n0::/", {
    "memory/memory.limit_in_bytes": String(GIB),
    "cpu/cpu.cfs_quota_us": "50000",
    "cpu/cpu.cfs_period_us": "100000",
  });
  expect(limits).toEqual({ memoryBytes: GIB, cpus: 0.5 });
});

it("knows no limit where none is set", async () => {
  const files = { "cpu/cpu.cfs_quota_us": "-1", "cpu/cpu.cfs_period_us": "100000" };
  expect(await limitsOf("1:cpu:/", files)).toEqual({ memoryBytes: Infinity, cpus: Infinity });
});

it("shares the memory out, less what the service needs, and says how", () => {
  const limits = { memoryBytes: 3 * GIB, cpus: 1.5 };
  const { workers, workerMemoryBytes, words } = workerCount(
    { workers: "auto", workerMemoryBytes: "auto" },
    limits,
  );
  expect([workers, workerMemoryBytes]).toEqual([1, 3 * GIB - 300 * 2 ** 20]);
  expect(words).toContain("1 render worker: 1 core");
  expect(words).toContain("3.0 GiB of memory (the cgroup's limit)");
});

it("respects what is configured, and names it", () => {
  const config = { workers: 3, workerMemoryBytes: GIB } as const;
  const capacity = workerCount(config, { memoryBytes: Infinity, cpus: Infinity });
  expect(capacity).toMatchObject({ workers: 3, workerMemoryBytes: GIB });
  expect(capacity.words).toMatch(/PRODUCER_WORKERS.*PRODUCER_WORKER_MEMORY_BYTES/);
});

it("a limit too low for a worker is named as such, and one is tried all the same", () => {
  const config = { workers: "auto", workerMemoryBytes: "auto" } as const;
  const capacity = workerCount(config, { memoryBytes: GIB, cpus: 4 });
  expect(capacity).toMatchObject({ workers: 1, workerMemoryBytes: GIB - 300 * 2 ** 20 });
  expect(capacity.words).toContain("1.0 GiB of memory (the cgroup's limit)");
  expect(capacity.words).toContain("has room for 0 of 1.2 GiB");
});

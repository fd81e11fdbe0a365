import { join } from "node:path";
import { fileURLToPath } from "node:url";

import { expect, test } from "vitest";

import { runInCgroup } from "../../../pool/test/faults/cgroup.ts";
import { type MemoryUse, readMemoryUse } from "../../src/health/memory-use.ts";
import { openFolder } from "../e2e/machine.ts";
import { fixture } from "./support.ts";

const MIB = 2 ** 20;
const LIMIT = 512 * MIB;

test("the memory in use is a share of what may be used", async () => {
  const use = await readMemoryUse();
  expect(use?.usedBytes).toBeGreaterThan(10 * MIB);
  expect(use?.usedBytes).toBeLessThan(use?.limitBytes ?? 0);
});

test("in a cgroup its limit counts, and file cache does not", async (context) => {
  await using folder = await openFolder();
  const limits = { "memory.limit_in_bytes": String(LIMIT), "memory.max": String(LIMIT) };
  const args = [fileURLToPath(fixture("reads-memory-use")), join(folder.dir, "cached"), String(LIMIT)];
  const seen = await runInCgroup(context, "memory", limits, args);
  const { first, cached, held } = seen as Record<"first" | "cached" | "held", MemoryUse>;
  expect(first.usedBytes).toBeGreaterThan(5 * MIB);
  expect(cached.usedBytes - first.usedBytes).toBeLessThan(16 * MIB);
  expect(held.usedBytes - cached.usedBytes).toBeGreaterThan(40 * MIB);
});

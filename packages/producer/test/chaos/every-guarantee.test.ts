import { expect, test } from "vitest";

import { runChaos } from "../../src/index.ts";
import { openFolder } from "../e2e/machine.ts";
import { processesNaming } from "../e2e/process-tree.ts";

/** As long as the checks give themselves at most, and a margin. */
const ALL_CHECKS_MS = 260_000;

test("every guarantee holds on this machine, and nothing is left", { timeout: ALL_CHECKS_MS }, async () => {
  await using folder = await openFolder();
  const found = [];
  for await (const finding of runChaos(folder.dir, new AbortController().signal)) found.push(finding);
  expect(found).toHaveLength(10);
  expect(found.filter(({ held }) => !held)).toEqual([]);
  expect(await processesNaming(folder.dir)).toEqual([]);
});

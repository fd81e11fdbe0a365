import { execFile } from "node:child_process";
import { readdir, readFile } from "node:fs/promises";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";

import { expect, test } from "vitest";

import { submit, waitForRender } from "../e2e/api.ts";
import { openFolder } from "../e2e/machine.ts";
import { page } from "../e2e/pages.ts";
import { processTree } from "../e2e/process-tree.ts";
import { startProducerProcess } from "../e2e/producer-process.ts";

const BELOW_AN_INIT = fileURLToPath(new URL("fixtures/below-an-init.ts", import.meta.url));
/** Without an init, each would leave about four. */
const RENDERS = Number(process.env["FRAMEWRIGHT_ZOMBIE_RENDERS"] ?? 12);
/** What has died and is reaped the next moment. */
const MOMENTARY = 6;

/** Processes that are dead and not reaped, below those given. */
async function zombies(parents: ReadonlySet<number>): Promise<number> {
  const pids = (await readdir("/proc")).filter((name) => /^\d+$/.test(name));
  const stats = await Promise.all(pids.map((pid) => readFile(`/proc/${pid}/stat`, "utf8").catch(() => "")));
  return stats.filter((stat) => {
    const [state, parent] = stat.slice(stat.lastIndexOf(")") + 2).split(" ");
    return state === "Z" && parents.has(Number(parent));
  }).length;
}

test("F29: nobody but an init reaps what browsers leave", { timeout: 240_000 }, async (context) => {
  const isAllowed = await promisify(execFile)("unshare", ["--pid", "--fork", "--mount-proc", "true"]).then(
    () => true,
    () => false,
  );
  if (!isAllowed) context.skip("no right to make a namespace of process ids");
  await using folder = await openFolder();
  await using service = await startProducerProcess(BELOW_AN_INIT, folder.dir);
  const count = async (): Promise<number> =>
    zombies(new Set((await processTree(service.pid)).map(({ pid }) => pid)));
  const ids: string[] = [];
  while (ids.length < RENDERS) ids.push((await submit(service, { html: page({ duration: 0.1 }) })).id);
  for (const id of ids) {
    expect(await waitForRender(service, id, undefined, 200_000)).toMatchObject({ state: "succeeded" });
  }
  await expect.poll(count, { timeout: 5_000 }).toBeLessThanOrEqual(MOMENTARY);
});

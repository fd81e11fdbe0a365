import { readdir } from "node:fs/promises";
import { join } from "node:path";

import { expectThat, type Guarantee } from "../guarantee.ts";
import { isDatabase, processTree, type RunningProcess, survivors } from "../process-tree.ts";
import { until } from "../until.ts";
import { expectComplete, finished, startCapturing } from "./render-under-fire.ts";

/** Of the disturbed service, in seconds. */
export const DRAIN_SECONDS = 4;
/** The service's own hard timer fires so long after the drain. */
const HARD_MARGIN_MS = 3_000;
const EXIT_BOUND_MS = DRAIN_SECONDS * 1000 + HARD_MARGIN_MS;
/** After SIGKILL only the kernel can keep it. */
const KILLED_WITHIN_MS = 5_000;
/** A start and the first sweep. */
const SWEPT_WITHIN_MS = 5_000;

function gone(tree: readonly RunningProcess[], signal: AbortSignal): Promise<{ readonly ms: number }> {
  const look = async (): Promise<true | null> => (await survivors(tree)).length === 0 || null;
  return until(look, { what: "every process of the service is gone", timeoutMs: 15_000, signal });
}

export const TERMINATED_SERVICE: Guarantee = {
  guarantee: "it leaves nothing, the next start goes on",
  fault: "SIGTERM in mid-render",
  boundMs: EXIT_BOUND_MS,
  async check({ service: running, signal }) {
    const service = await running();
    const id = await startCapturing({ url: service.url, signal });
    const tree = await processTree(service.pid);
    const startedAt = performance.now();
    const exit = await service.end("SIGTERM", 2 * EXIT_BOUND_MS);
    await gone(tree, signal);
    const recoveryMs = performance.now() - startedAt;
    expectThat(exit === 0, `the service ended with ${exit}`);
    const left = await readdir(join(service.dataDir, "scratch"));
    expectThat(left.length === 0, "scratch files were left");
    const next = await running();
    expectComplete(await finished({ url: next.url, signal }, id));
    return recoveryMs;
  },
};

export const KILLED_SERVICE: Guarantee = {
  guarantee: "its children go, the next start goes on",
  fault: "kill -9 of the service in mid-render",
  boundMs: 3_000,
  async check({ service: running, signal }) {
    const service = await running();
    const id = await startCapturing({ url: service.url, signal });
    // The database lives on, for the next start to adopt.
    const tree = (await processTree(service.pid)).filter((each) => !isDatabase(each));
    const scratch = join(service.dataDir, "scratch");
    const dead = await readdir(scratch);
    await service.end("SIGKILL", KILLED_WITHIN_MS);
    const { ms } = await gone(tree, signal);
    const next = await running();
    const swept = async (): Promise<true | null> => {
      const left = new Set(await readdir(scratch));
      return !dead.some((name) => left.has(name)) || null;
    };
    await until(swept, { what: "the scratch files are removed", timeoutMs: SWEPT_WITHIN_MS, signal });
    expectComplete(await finished({ url: next.url, signal }, id));
    return ms;
  },
};

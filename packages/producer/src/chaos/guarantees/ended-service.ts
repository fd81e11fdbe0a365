import { readdir } from "node:fs/promises";
import { join } from "node:path";

import { expectThat, type Guarantee } from "../guarantee.ts";
import { isDatabase, processTree, type RunningProcess, survivors } from "../process-tree.ts";
import type { ServiceProcess } from "../service-process.ts";
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

/** A service in mid-render. */
async function rendering(
  running: () => Promise<ServiceProcess>,
  signal: AbortSignal,
): Promise<{
  readonly service: ServiceProcess;
  readonly id: string;
  readonly tree: readonly RunningProcess[];
}> {
  const service = await running();
  const id = await startCapturing({ url: service.url, signal });
  return { service, id, tree: await processTree(service.pid) };
}

export const TERMINATED_SERVICE: Guarantee = {
  guarantee: "it leaves nothing, the next start goes on",
  fault: "SIGTERM in mid-render",
  boundMs: EXIT_BOUND_MS,
  async check({ service: running, signal }) {
    const { service, id, tree } = await rendering(running, signal);
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
    const { service, id, tree } = await rendering(running, signal);
    const scratch = join(service.dataDir, "scratch");
    const dead = await readdir(scratch);
    await service.end("SIGKILL", KILLED_WITHIN_MS);
    // The database lives on, for the next start to adopt.
    const { ms } = await gone(
      tree.filter((each) => !isDatabase(each)),
      signal,
    );
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

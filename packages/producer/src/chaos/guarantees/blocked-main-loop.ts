import { setTimeout as sleep } from "node:timers/promises";

import { expectThat, type Guarantee } from "../guarantee.ts";
import { until } from "../until.ts";
import { expectComplete, finished, startCapturing } from "./render-under-fire.ts";

/** Longer than the main loop may be late for /readyz. */
const BLOCK_MS = 3_000;
/** Browsers that start are not the fault, and take this process's own time from it. */
const SETTLE_MS = 1_000;
const PROBE_MS = 50;
const PROBE_TIMEOUT_MS = 2_000;
const READY_AGAIN_MS = 5_000;

async function probe(url: string, signal: AbortSignal): Promise<{ status: number; ms: number }> {
  const startedAt = performance.now();
  const answer = await fetch(url, {
    signal: AbortSignal.any([signal, AbortSignal.timeout(PROBE_TIMEOUT_MS)]),
  });
  await answer.arrayBuffer();
  return { status: answer.status, ms: performance.now() - startedAt };
}

/** The bound is on the slowest answer of /livez, which is what is given as the recovery. */
export const BLOCKED_MAIN_LOOP: Guarantee = {
  guarantee: "/livez answers, /readyz says why not",
  fault: `main loop blocked for ${BLOCK_MS / 1000} s`,
  boundMs: 100,
  async check({ service: running, signal }) {
    const service = await running();
    const api = { url: service.url, signal };
    const id = await startCapturing(api);
    await sleep(SETTLE_MS, undefined, { signal });
    // The first connection to the port costs this process more than later ones.
    await probe(`${service.healthUrl}/livez`, signal);
    service.block(BLOCK_MS);
    const end = performance.now() + BLOCK_MS;
    let slowestMs = 0;
    let unready = false;
    while (performance.now() < end) {
      const live = await probe(`${service.healthUrl}/livez`, signal);
      expectThat(live.status === 200, `/livez answered ${live.status}`);
      slowestMs = Math.max(slowestMs, live.ms);
      unready ||= (await probe(`${service.healthUrl}/readyz`, signal)).status === 503;
      await sleep(PROBE_MS, undefined, { signal });
    }
    expectThat(unready, "/readyz went on to say that the service is ready");
    const ready = async (): Promise<true | null> =>
      (await probe(`${service.healthUrl}/readyz`, signal)).status === 200 || null;
    await until(ready, { what: "/readyz answers 200 again", timeoutMs: READY_AGAIN_MS, signal });
    expectComplete(await finished(api, id));
    return slowestMs;
  },
};

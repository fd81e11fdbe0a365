import { setTimeout as sleep } from "node:timers/promises";

import { createClient } from "../../packages/client/src/index.ts";
import { survivors } from "../../packages/producer/src/chaos/process-tree.ts";
import { startServiceProcess } from "../../packages/producer/src/chaos/service-process.ts";
import { injectFaults } from "./faults.ts";
import { compareUsage, type Growth } from "./growth.ts";
import { keepSubmitting } from "./load.ts";
import { Random } from "./random.ts";
import { repeat } from "./repeat.ts";
import { Tally } from "./tally.ts";
import { type Usage, watchUsage } from "./usage.ts";
import { watchFamily, watchForWedges } from "./watch.ts";

const WORKERS = 2;
const QUEUE_LIMIT = 6;
/** One more than fit, so that the queue is full nearly always, and one is refused now and then. */
const CLIENTS = WORKERS + QUEUE_LIMIT + 1;
const DRAIN_SECONDS = 5;
const EXIT_TIMEOUT_MS = 15_000;
const REPORT_INTERVAL_MS = 30_000;
const MINUTE_MS = 60_000;

const ENVIRONMENT = {
  PRODUCER_WORKERS: String(WORKERS),
  PRODUCER_QUEUE_LIMIT: String(QUEUE_LIMIT),
  PRODUCER_RENDER_TIMEOUT_SECONDS: "180",
  // Short, so that what is kept of finished renders is level before the fifth minute.
  PRODUCER_RETENTION_SECONDS: "60",
  PRODUCER_DRAIN_SECONDS: String(DRAIN_SECONDS),
  PRODUCER_MIN_FREE_BYTES: "0",
};

export interface SoakOptions {
  readonly dir: string;
  readonly minutes: number;
  readonly seed: number;
  /** Ends the load early. */
  readonly signal: AbortSignal;
  /** Twice a minute. */
  readonly onProgress: (tally: Tally, usage: Usage) => void;
}

export interface SoakResult {
  readonly seed: number;
  readonly minutes: number;
  readonly tally: Tally;
  readonly usage: Usage;
  readonly growth: Growth;
  /** Whether nothing happened that must not. */
  readonly isSound: boolean;
}

/** Puts a service under load and faults for so many minutes, ends it, and looks at what is left. */
export async function runSoak(options: SoakOptions): Promise<SoakResult> {
  const { dir, minutes, seed, signal, onProgress } = options;
  const env = { ...process.env, ...ENVIRONMENT };
  const service = await startServiceProcess(`${dir}/data`, env, signal);
  const client = createClient({ baseUrl: service.url });
  const tally = new Tally();
  const loading = AbortSignal.any([signal, AbortSignal.timeout(minutes * MINUTE_MS)]);
  const watching = new AbortController();
  try {
    const usage = watchUsage(service.pid, loading);
    const family = watchFamily(service, tally, watching.signal);
    const wedges = watchForWedges(service, tally, watching.signal);
    const reports = repeat(REPORT_INTERVAL_MS, loading, async () => onProgress(tally, usage.latest()));
    const clients = Array.from({ length: CLIENTS }, (_, index) =>
      keepSubmitting({
        client,
        url: service.url,
        dir,
        random: new Random(seed + index + 1),
        tally,
        signal: loading,
      }),
    );
    await Promise.all([injectFaults(service, new Random(seed), tally, loading), usage.ended, reports]);
    // Everything that was admitted ends: each client follows its render, to its deadline at the latest.
    await Promise.all(clients);
    watching.abort();
    const [{ seen }] = await Promise.all([family, wedges]);
    const exit = await service.end("SIGTERM", EXIT_TIMEOUT_MS);
    if (exit !== 0) tally.unexpected.push(`the service ended with ${exit}`);
    // A process is listed for a moment after it has been killed.
    await sleep(1_000);
    for (const { pid, command } of await survivors([...seen.values()]))
      tally.orphans.push(`${pid} ${command.slice(0, 80)}`);
    for (const id of tally.open) tally.lost.push(`${id} is unaccounted for`);
    const growth = compareUsage(minutes, usage.atMinute, usage.latest());
    const faultless = [tally.wedges, tally.orphans, tally.lost, tally.unexpected].every(
      ({ length }) => length === 0,
    );
    return {
      seed,
      minutes,
      tally,
      usage: usage.latest(),
      growth,
      isSound: faultless && growth.isWithinBounds,
    };
  } finally {
    watching.abort();
    await service.kill();
  }
}

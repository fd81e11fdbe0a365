import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";

import { createClient } from "../../packages/client/src/index.ts";
import {
  type ServiceProcess,
  startServiceProcess,
} from "../../packages/producer/src/chaos/service-process.ts";
import { injectFaults } from "./faults.ts";
import { compareUsage, type Growth } from "./growth.ts";
import { keepSubmitting } from "./load.ts";
import { Random } from "./random.ts";
import { repeat } from "./repeat.ts";
import { Tally } from "./tally.ts";
import { type Usage, type UsageWatch, watchUsage } from "./usage.ts";
import { Family, watchFamily, watchForWedges } from "./watch.ts";

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
  const { dir, minutes, seed, signal } = options;
  const service = await startServiceProcess(join(dir, "data"), { ...process.env, ...ENVIRONMENT }, signal);
  const tally = new Tally();
  const family = new Family(tally);
  const watching = new AbortController();
  try {
    const watches = [
      watchFamily(family, service.pid, watching.signal),
      watchForWedges(service, tally, watching.signal),
    ];
    const usage = await loadAndDisturb(service, tally, options);
    watching.abort();
    await Promise.all(watches);
    await expectExit(service, tally);
    // The system may take a moment to end what has been killed.
    await sleep(1_000);
    for (const { pid, command } of await family.survivors())
      tally.orphans.push(`${pid} ${command.slice(0, 80)}`);
    const growth = compareUsage(minutes, usage);
    const isSound = tally.isFaultless && growth.isWithinBounds;
    return { seed, minutes, tally, usage: usage.latest(), growth, isSound };
  } finally {
    watching.abort();
    await service.kill();
  }
}

/** Ends the service in good order; notes when it does not end so. */
async function expectExit(service: ServiceProcess, tally: Tally): Promise<void> {
  try {
    const exit = await service.end("SIGTERM", EXIT_TIMEOUT_MS);
    if (exit !== 0) tally.unexpected.push(`the service ended with ${exit}`);
  } catch (error) {
    tally.wedges.push(String(error));
  }
}

/** Until the time is over, and then until every admitted render has ended. */
async function loadAndDisturb(
  service: ServiceProcess,
  tally: Tally,
  { dir, minutes, seed, signal: interrupted, onProgress }: SoakOptions,
): Promise<UsageWatch> {
  const client = createClient({ baseUrl: service.url });
  const signal = AbortSignal.any([interrupted, AbortSignal.timeout(minutes * MINUTE_MS)]);
  const usage = watchUsage(service.pid, signal);
  const clients = Array.from({ length: CLIENTS }, (_, index) => {
    const random = new Random(seed + index + 1);
    return keepSubmitting({ client, url: service.url, dir, random, tally, signal });
  });
  await Promise.all([
    injectFaults(service, new Random(seed), tally, signal),
    usage.ended,
    repeat(
      () => REPORT_INTERVAL_MS,
      signal,
      async () => onProgress(tally, usage.latest()),
    ),
    ...clients,
  ]);
  for (const id of tally.open) tally.lost.push(`${id} is unaccounted for`);
  return usage;
}

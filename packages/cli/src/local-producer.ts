import { join } from "node:path";

// Types only: the producer itself is loaded when a command needs it.
import type { ChaosFinding, DoctorCheck } from "@framewright/producer";

import { localFailure } from "./failure.ts";
import { within } from "./within.ts";

/** Includes a cold start of the browser's self-check. */
const START_TIMEOUT_MS = 60_000;
/** Longer than the producer's own hard timer should be. */
const CLOSE_TIMEOUT_MS = 20_000;

/** A producer that runs in this process. */
export interface LocalProducer {
  readonly url: string;
  readonly healthUrl: string | null;
  close(): Promise<void>;
}

/** What the commands use of `@framewright/producer`. */
export interface ProducerModule {
  startProducer(overrides: { env: Record<string, string> }): Promise<LocalProducer>;
  runDoctor(): AsyncIterable<DoctorCheck>;
  /** Bytes that a page on this machine was served, by their integrity; null when they are not kept any more. */
  readLibrary(integrity: string): Promise<Buffer | null>;
  runChaos(dir: string, signal: AbortSignal): AsyncIterable<ChaosFinding>;
}

/** Loads the producer only when a command needs it: with --server none does. */
export async function loadProducer(): Promise<ProducerModule> {
  return await import("@framewright/producer");
}

/** Free ports, reached from this machine only, all data in the call's own folder, and no log among the output. */
function environment(dir: string): Record<string, string> {
  return {
    PRODUCER_HOST: "127.0.0.1",
    PRODUCER_PORT: "0",
    PRODUCER_HEALTH_HOST: "127.0.0.1",
    PRODUCER_HEALTH_PORT: "0",
    // What a service on this machine may be configured to share: this one is the command's own.
    PRODUCER_ROLE: "all",
    PRODUCER_API_KEYS: "",
    PRODUCER_STORE_URL: "",
    DATABASE_URL: "",
    PRODUCER_DATA_DIR: join(dir, "data"),
    PRODUCER_LOG_LEVEL: "silent",
    // What still runs when the command ends was cancelled by it.
    PRODUCER_DRAIN_SECONDS: "1",
  };
}

async function start(module: ProducerModule, dir: string): Promise<LocalProducer> {
  const starting = module.startProducer({ env: environment(dir) });
  return await within(starting, START_TIMEOUT_MS, () => {
    // It may still come up: then it is closed, though nobody waits for it any more.
    // Should it fail after all, there is nothing to close.
    starting.then(async (late) => late.close()).catch(() => undefined);
    return localFailure("The producer did not start in time.", "Run `framewright doctor`.");
  });
}

/** Runs `use` against a producer started for it, with its data below `dir`; it is closed afterwards. */
export async function withLocalProducer<T>(
  module: ProducerModule,
  dir: string,
  use: (url: string) => Promise<T>,
): Promise<T> {
  const producer = await start(module, dir);
  try {
    return await use(producer.url);
  } finally {
    await within(producer.close(), CLOSE_TIMEOUT_MS, () =>
      localFailure("The producer did not close in time.", "Look for processes that were left behind."),
    );
  }
}

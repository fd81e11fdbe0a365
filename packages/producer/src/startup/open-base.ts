import type { Config } from "../config.ts";
import type { Heartbeat } from "../health/heartbeat.ts";
import type { Log } from "../log.ts";
import type { Database } from "../postgres/database.ts";
import { openDatabase } from "../postgres/open-database.ts";
import { untilAvailable } from "../postgres/until-available.ts";
import { type Notices, openNotices } from "../queue/notices.ts";
import { openQueue, type Queue } from "../queue/open-queue.ts";
import { openScratch, type Scratch } from "../scratch/scratch.ts";
import { openStore } from "../store/open-store.ts";
import type { Store } from "../store/port.ts";
import type { Machine } from "./find-tools.ts";
import { watchStore } from "./watch-store.ts";

/** What everything else stands on. */
export interface Base {
  readonly scratch: Scratch;
  readonly database: Database;
  readonly queue: Queue;
  readonly notices: Notices;
  readonly store: Store;
}

export interface BaseOptions {
  readonly config: Config;
  readonly machine: Machine;
  readonly heartbeat: Heartbeat;
  readonly log: Log;
  readonly signal: AbortSignal;
  /** Told how each part is ended, before the next begins. */
  readonly add: (name: string, end: () => Promise<void> | void, timeoutMs?: number) => void;
}

/** PostgreSQL ends within this time, whatever it does. */
const DATABASE_CLOSE_MS = 8_000;

/** Waits for the database for as long as it takes, and says so meanwhile. */
async function untilReady(database: Database, { heartbeat, log, signal }: BaseOptions): Promise<void> {
  const tell = (): void =>
    heartbeat.setCause("database-unreachable", database.fault !== null, database.fault ?? "");
  const timer = setInterval(tell, 500).unref();
  const aborted = new Promise<never>((_, reject) => {
    signal.addEventListener("abort", () => reject(signal.reason as Error), { once: true });
  });
  try {
    signal.throwIfAborted();
    await Promise.race([database.ready, aborted]);
  } finally {
    clearInterval(timer);
    aborted.catch(() => undefined);
    tell();
  }
  log.debug("the database is there");
}

/** Opens folders, database, queue and store. Throws what the operator has to mend. */
export async function openBase(options: BaseOptions): Promise<Base> {
  const { config, machine, log, signal, add } = options;
  const onWarning = (message: string, cause: unknown): void => log.warn({ err: cause }, message);
  const scratch = await openScratch(config.dataDir, { onWarning });
  add("scratch", () => scratch.close());
  const database = await openDatabase({
    url: config.databaseUrl,
    dataDir: config.dataDir,
    cacheDir: machine.cacheDir,
    signal,
    onWarning,
  });
  add("database", () => database.close(), DATABASE_CLOSE_MS);
  await untilReady(database, options);
  const queue = await untilAvailable(() => openQueue(database, log), signal);
  add("queue", () => queue.close());
  const notices = openNotices(database);
  add("notices", () => notices.close());
  if (config.role !== "all" && config.storeUrl === undefined)
    log.warn("PRODUCER_STORE_URL is not set: all processes have to share one PRODUCER_DATA_DIR");
  const store = await openStore(config, onWarning);
  add("store", () => store.close());
  const storeWatch = watchStore({ store, heartbeat: options.heartbeat, log });
  add("store watch", () => storeWatch.close());
  return { scratch, database, queue, notices, store };
}

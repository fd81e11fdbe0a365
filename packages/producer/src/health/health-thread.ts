import { workerEntry } from "../worker-entry.ts";
import { backoffMs, pause } from "./backoff.ts";
import type { Pulse } from "./pulse.ts";
import { DEAD_AFTER_MS, LAG_LIMIT_MS } from "./readiness.ts";
import { startThread, type ThreadLife, type ThreadStart } from "./thread-life.ts";

/** What the handle logs to; pino fits. */
export interface HealthLog {
  info(fields: object, message: string): void;
  error(fields: object, message: string): void;
}

export interface HealthOptions {
  /** 0 lets the system choose. */
  readonly port: number;
  readonly host: string;
  readonly pulse: Pulse;
  readonly log: HealthLog;
  /** How long a thread may take until it listens, in ms. (Default: 4000.) */
  readonly startTimeoutMs?: number | undefined;
  /** /livez fails once the main loop has not turned for this long. (Default: 90000.) */
  readonly deadAfterMs?: number | undefined;
  /** /readyz fails while the main loop is later than this. (Default: 2000.) */
  readonly lagLimitMs?: number | undefined;
  /** The thread's entry file. (Default: the health worker.) */
  readonly entry?: URL | undefined;
}

export interface HealthThread {
  /** How the first start went. Always settles, and never rejects: without probes the service still works. */
  readonly started: Promise<ThreadStart>;
  /** The port that answers now, or null while none does. */
  port(): number | null;
  /** Ends the thread, also one that is starting, and frees the port. Bounded and idempotent. */
  close(): Promise<void>;
}

/** With the end of a thread that hangs, the start of the service goes on within five seconds. */
const START_TIMEOUT_MS = 4000;
/** Closing takes a few milliseconds; a thread that takes this long does not listen to messages. */
const CLOSE_GRACE_MS = 2000;
/** A thread that lived this long was well: its end is not one more failure in a row. */
const STABLE_AFTER_MS = 60_000;

/** Answers probes on a thread and a port of its own, and starts the thread again whenever it ends. */
export function startHealth(options: HealthOptions): HealthThread {
  const { log } = options;
  const closing = new AbortController();
  const started = Promise.withResolvers<ThreadStart>();
  let thread: ThreadLife | undefined;
  let port: number | null = null;

  /** One thread from its start to its end; resolves with why it ended. */
  async function run(): Promise<string> {
    thread = startHealthThread(options);
    const start = await thread.started;
    started.resolve(start);
    if (start.port === null) {
      await thread.stop(0);
      return start.reason;
    }
    port = start.port;
    log.info({ port }, "The health thread answers probes.");
    const reason = await thread.ended;
    port = null;
    return reason;
  }

  async function keepRunning(): Promise<void> {
    let failures = 0;
    while (!closing.signal.aborted) {
      const startedAtMs = performance.now();
      const reason = await run().catch(String);
      started.resolve({ port: null, reason });
      if (closing.signal.aborted) return;
      failures = performance.now() - startedAtMs > STABLE_AFTER_MS ? 1 : failures + 1;
      const retryInMs = backoffMs(failures);
      log.error(
        { reason, failures, retryInMs },
        "The health thread is down: probes go unanswered until it is back.",
      );
      await pause(retryInMs, closing.signal);
    }
  }

  const running = keepRunning();
  async function close(): Promise<void> {
    closing.abort();
    await thread?.stop(CLOSE_GRACE_MS);
    await running;
  }
  let closed: Promise<void> | undefined;
  return { started: started.promise, port: () => port, close: () => (closed ??= close()) };
}

function startHealthThread(options: HealthOptions): ThreadLife {
  const { port, host, pulse, deadAfterMs = DEAD_AFTER_MS, lagLimitMs = LAG_LIMIT_MS } = options;
  const { entry = workerEntry("health-worker"), startTimeoutMs = START_TIMEOUT_MS } = options;
  return startThread(entry, { port, host, pulse, deadAfterMs, lagLimitMs }, startTimeoutMs);
}

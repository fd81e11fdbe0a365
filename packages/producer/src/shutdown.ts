import { setTimeout as sleep } from "node:timers/promises";

import { flushLog, type Log } from "./log.ts";

/** One thing to end, in its turn. */
export interface ShutdownStep {
  readonly name: string;
  /** How long it may take before the next step begins regardless. */
  readonly timeoutMs: number;
  /** The signal aborts when the time is up. */
  readonly run: (signal: AbortSignal) => Promise<void> | void;
}

export interface ShutdownOptions {
  readonly log: Log;
  /** How long all steps together may take; the process ends a little later, whatever happens. */
  readonly drainMs: number;
  /** Ends a start that is still going on; the steps are asked for when it has ended. */
  readonly stopStarting?: ShutdownStep;
  /** In order. A step that fails or hangs does not keep the next from running. */
  readonly steps: () => readonly ShutdownStep[];
  /** Ends the process. (Default: process.exit) */
  readonly exit?: (code: number) => void;
}

export interface Shutdown {
  /**
   * Runs the steps once, then ends the process: with `exitCode`, or 0 when all went well and 1 otherwise.
   * Later calls wait for the first.
   */
  start(reason: string, exitCode?: number): Promise<void>;
  /** Starts at SIGTERM and SIGINT; a second signal ends the process at once. */
  listen(): void;
}

/** Room for the steps' own deadlines and for the last log lines. */
const HARD_MARGIN_MS = 3_000;

/** Prepares the orderly end of the process. */
export function createShutdown({
  log,
  drainMs,
  stopStarting,
  steps,
  exit = (code) => process.exit(code),
}: ShutdownOptions): Shutdown {
  let running: Promise<void> | undefined;
  const open = new Set<string>();
  const leave = async (code: number): Promise<void> => {
    await flushLog(log);
    exit(code);
  };

  const runAll = async (reason: string, exitCode?: number): Promise<void> => {
    const hard = setTimeout(() => {
      log.fatal({ open: [...open], resources: process.getActiveResourcesInfo() }, "shutdown overran");
      void leave(exitCode ?? 1);
    }, drainMs + HARD_MARGIN_MS);
    log.info({ reason }, "shutting down");
    const run = async (step: ShutdownStep): Promise<void> => {
      if (await runStep(step, log)) open.delete(step.name);
    };
    if (stopStarting) {
      open.add(stopStarting.name);
      await run(stopStarting);
    }
    const started = [...steps()];
    for (const { name } of started) open.add(name);
    for (const step of started) await run(step);
    clearTimeout(hard);
    log.info({ open: [...open] }, "shut down");
    await leave(exitCode ?? (open.size === 0 ? 0 : 1));
  };

  const start = (reason: string, exitCode?: number): Promise<void> => (running ??= runAll(reason, exitCode));

  const onSignal = (signal: NodeJS.Signals): void => {
    if (running) {
      log.warn({ signal, open: [...open] }, "second signal: ending at once");
      void leave(1);
    } else {
      void start(signal);
    }
  };

  return {
    start,
    listen() {
      process.on("SIGTERM", onSignal);
      process.on("SIGINT", onSignal);
    },
  };
}

/** True when the step ended well and in time. */
async function runStep({ name, timeoutMs, run }: ShutdownStep, log: Log): Promise<boolean> {
  const startedAt = performance.now();
  const deadline = new AbortController();
  const settled = new AbortController();
  const overdue = sleep(timeoutMs, "overdue" as const, { signal: settled.signal });
  // It loses the race when the step ends in time: settling then aborts it.
  overdue.catch(() => undefined);
  try {
    // Wrapped, so that a step that throws at once is treated as one that rejects.
    const work = (async () => run(deadline.signal))();
    const outcome = await Promise.race([work.then(() => "done" as const), overdue]);
    if (outcome === "overdue") {
      work.catch((error: unknown) => log.warn({ err: error, step: name }, "overdue step failed"));
      throw new Error(`not done within ${timeoutMs} ms`);
    }
    log.debug({ step: name, ms: Math.round(performance.now() - startedAt) }, "shutdown step done");
    return true;
  } catch (error) {
    log.error({ err: error, step: name }, "shutdown step failed");
    return false;
  } finally {
    settled.abort();
    deadline.abort();
  }
}

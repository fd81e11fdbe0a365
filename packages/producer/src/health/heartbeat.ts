import { beat, BEAT_INTERVAL_MS, CELL, createPulse, METRICS_BYTES, type Pulse } from "./pulse.ts";
import type { ReportedCause } from "./causes.ts";
import { writeText } from "./shared-text.ts";

/** The main loop's side of the shared memory. */
export interface Heartbeat {
  readonly pulse: Pulse;
  /** Sets or clears a cause for which the service takes no work; `detail` is for the operator's eyes. */
  setCause(cause: ReportedCause, on: boolean, detail?: string): void;
  /** Notes what the main loop is about to do, in case that it gets stuck there. Never a path, a token or a body. */
  declare(what: string): void;
  /** Notes, once and for all, that a worker could be launched. */
  noteWorker(): void;
  /** Makes the metrics readable for other threads. */
  publishMetrics(text: string): void;
  /** Stops beating. Close the health thread first: it would take the silence for a stall. */
  close(): void;
}

/** Bounds what is kept in shared memory. */
const MAX_CHARS = 300;

const now = (): bigint => process.hrtime.bigint();

/** Starts the heartbeat of this thread's loop. `starting` is set until the caller clears it. */
export function startHeartbeat(): Heartbeat {
  const pulse = createPulse();
  const timer = setInterval(beat, BEAT_INTERVAL_MS, pulse).unref();
  const causes = new Map<ReportedCause, string>();
  const setCause = (cause: ReportedCause, on: boolean, detail = ""): void => {
    if (on) causes.set(cause, detail.slice(0, MAX_CHARS));
    else causes.delete(cause);
    writeText(pulse.causes, JSON.stringify(Object.fromEntries(causes)));
  };
  setCause("starting", true);
  return {
    pulse,
    setCause,
    declare: (what) => writeText(pulse.began, `${now()} ${what.slice(0, MAX_CHARS)}`),
    noteWorker: () => void Atomics.compareExchange(pulse.cells, CELL.workerSeenAt, 0n, now()),
    publishMetrics: (text) => {
      writeText(pulse.metrics, wholeLines(text));
      Atomics.store(pulse.cells, CELL.metricsAt, now());
    },
    close: () => clearInterval(timer),
  };
}

/** The format's text is ASCII, so that characters are bytes; half a line would make all of it unreadable. */
function wholeLines(text: string): string {
  return text.length <= METRICS_BYTES ? text : text.slice(0, text.lastIndexOf("\n", METRICS_BYTES - 1) + 1);
}

import type { Health } from "@framewright/contract";

import { createSharedText, readText, type SharedText } from "./shared-text.ts";

/** How often the main loop beats. Fine enough to see a stall at once, coarse enough to cost nothing. */
export const BEAT_INTERVAL_MS = 100;

/** Memory that the main loop writes and any thread reads. Times are nanoseconds of the monotonic clock. */
export interface Pulse {
  readonly cells: BigInt64Array<SharedArrayBuffer>;
  /** What the main loop last began: the time, a space, and what it is. */
  readonly began: SharedText;
  /** The causes that the main loop reports, as JSON: details by code. */
  readonly causes: SharedText;
  /** The main loop's metrics in the text format of Prometheus. */
  readonly metrics: SharedText;
}

/** What each cell holds; `workerSeenAt` and `metricsAt` are 0 until there is something to say. */
export const CELL = { startedAt: 0, lastBeat: 1, lag: 2, workerSeenAt: 3, metricsAt: 4 } as const;

const BEGAN_BYTES = 1024;
const CAUSES_BYTES = 32 * 1024;
/** Several times what all series take. */
export const METRICS_BYTES = 256 * 1024;

const NS_PER_MS = 1e6;

/** Memory for a main loop that starts now. */
export function createPulse(): Pulse {
  const count = Object.keys(CELL).length;
  const cells = new BigInt64Array(new SharedArrayBuffer(count * BigInt64Array.BYTES_PER_ELEMENT));
  const now = process.hrtime.bigint();
  Atomics.store(cells, CELL.startedAt, now);
  Atomics.store(cells, CELL.lastBeat, now);
  return {
    cells,
    began: createSharedText(BEGAN_BYTES),
    causes: createSharedText(CAUSES_BYTES),
    metrics: createSharedText(METRICS_BYTES),
  };
}

/** Notes that the main loop turns, and how late it is. */
export function beat({ cells }: Pulse): void {
  const now = process.hrtime.bigint();
  const sinceLast = now - Atomics.exchange(cells, CELL.lastBeat, now);
  const late = sinceLast - BigInt(BEAT_INTERVAL_MS * NS_PER_MS);
  Atomics.store(cells, CELL.lag, late > 0n ? late : 0n);
}

/** Milliseconds since the time in a cell; null while there is none. */
export function readAgeMs({ cells }: Pulse, cell: keyof typeof CELL): number | null {
  const at = Atomics.load(cells, CELL[cell]);
  return at === 0n ? null : toMs(process.hrtime.bigint() - at);
}

/**
 * How long ago the main loop turned, and how late it is now: by the time that it is overdue, or by what the last
 * beat was late, so that a loop which turns once between two stalls does not pass for a healthy one.
 */
export function readMainLoop(pulse: Pulse): Health["mainLoop"] {
  const heartbeatAgeMs = readAgeMs(pulse, "lastBeat") ?? 0;
  const overdueMs = Math.max(0, heartbeatAgeMs - BEAT_INTERVAL_MS);
  const lagMs = Math.max(overdueMs, toMs(Atomics.load(pulse.cells, CELL.lag)));
  return { heartbeatAgeMs, lagMs, lastBegan: readLastBegan(pulse) };
}

function readLastBegan({ began }: Pulse): Health["mainLoop"]["lastBegan"] {
  const [, at, what] = /^(\d+) (.+)$/.exec(readText(began) ?? "") ?? [];
  if (at === undefined || what === undefined) return null;
  return { what, agoMs: toMs(process.hrtime.bigint() - BigInt(at)) };
}

/** The body of GET /health, on either port. */
export function readHealth(pulse: Pulse, thread: Health["thread"]): Health {
  return {
    status: "ok",
    uptime: (readAgeMs(pulse, "startedAt") ?? 0) / 1000,
    timestamp: new Date().toISOString(),
    thread,
    mainLoop: readMainLoop(pulse),
  };
}

function toMs(ns: bigint): number {
  return Math.round(Number(ns) / NS_PER_MS);
}

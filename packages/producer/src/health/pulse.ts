import type { Health } from "@framewright/contract";

/** How often the main loop beats. Fine enough to see a stall at once, coarse enough to cost nothing. */
export const BEAT_INTERVAL_MS = 100;

/** Memory that the main loop writes and any thread reads. Times are nanoseconds of the monotonic clock. */
export interface Pulse {
  readonly cells: BigInt64Array<SharedArrayBuffer>;
}

/** What each cell holds. */
export const CELL = { startedAt: 0, lastBeat: 1, lag: 2, causes: 3 } as const;

const NS_PER_MS = 1e6;

/** Memory for a main loop that starts now. */
export function createPulse(): Pulse {
  const count = Object.keys(CELL).length;
  const cells = new BigInt64Array(new SharedArrayBuffer(count * BigInt64Array.BYTES_PER_ELEMENT));
  const now = process.hrtime.bigint();
  Atomics.store(cells, CELL.startedAt, now);
  Atomics.store(cells, CELL.lastBeat, now);
  return { cells };
}

/** Notes that the main loop turns, and how late it is. */
export function beat({ cells }: Pulse): void {
  const now = process.hrtime.bigint();
  const sinceLast = now - Atomics.exchange(cells, CELL.lastBeat, now);
  const late = sinceLast - BigInt(BEAT_INTERVAL_MS * NS_PER_MS);
  Atomics.store(cells, CELL.lag, late > 0n ? late : 0n);
}

/**
 * How long ago the main loop turned, and how late it is now: by the time that it is overdue, or by what the last
 * beat was late, so that a loop which turns once between two stalls does not pass for a healthy one.
 */
export function readMainLoop({ cells }: Pulse): Health["mainLoop"] {
  const lastBeat = Atomics.load(cells, CELL.lastBeat);
  const heartbeatAgeMs = toMs(process.hrtime.bigint() - lastBeat);
  const overdueMs = Math.max(0, heartbeatAgeMs - BEAT_INTERVAL_MS);
  return { heartbeatAgeMs, lagMs: Math.max(overdueMs, toMs(Atomics.load(cells, CELL.lag))) };
}

export function readCauseBits({ cells }: Pulse): bigint {
  return Atomics.load(cells, CELL.causes);
}

/** The body of GET /health, on either port. */
export function readHealth(pulse: Pulse, thread: Health["thread"]): Health {
  const uptimeMs = toMs(process.hrtime.bigint() - Atomics.load(pulse.cells, CELL.startedAt));
  return {
    status: "ok",
    uptime: uptimeMs / 1000,
    timestamp: new Date().toISOString(),
    thread,
    mainLoop: readMainLoop(pulse),
  };
}

function toMs(ns: bigint): number {
  return Math.round(Number(ns) / NS_PER_MS);
}

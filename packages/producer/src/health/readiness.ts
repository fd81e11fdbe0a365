import type { Readiness } from "@framewright/contract";

import { type Pulse, readCauseBits, readMainLoop } from "./pulse.ts";

/** Why the service takes no work, and what to do about it. The order gives each cause its bit: at most 64. */
const CAUSES = {
  starting: {
    message: "The service is starting.",
    remedy: "Wait: it becomes ready by itself.",
  },
  draining: {
    message: "The service is shutting down and takes no new work.",
    remedy: "Send requests to another instance.",
  },
  "no-worker": {
    message: "No render worker can be launched.",
    remedy: "Run `framewright doctor` on the service's machine; its log has the last failure.",
  },
  "disk-low": {
    message: "Too little disk space is free.",
    remedy: "Free space below PRODUCER_DATA_DIR.",
  },
  "main-loop-blocked": {
    message: "The main loop is blocked.",
    remedy: "It should recover by itself; if it does so often, report what was being rendered.",
  },
  "main-loop-dead": {
    message: "The main loop has not turned for longer than any legitimate stall.",
    remedy: "Restart the service.",
  },
} as const satisfies Record<string, { message: string; remedy: string }>;

type Cause = keyof typeof CAUSES;

/** The causes that the main loop reports itself; a blocked loop cannot. */
export type ReportedCause = Exclude<Cause, "main-loop-blocked" | "main-loop-dead">;

/**
 * Readiness fails once the main loop is this late. Shorter stalls, like a large collection of garbage, are not
 * worth losing traffic over; at two seconds callers already notice, and fail over gladly.
 */
export const LAG_LIMIT_MS = 2000;

/**
 * Liveness fails only once the main loop has been silent this long: being killed costs every render in
 * progress, so it must be beyond any stall that ends by itself.
 */
export const DEAD_AFTER_MS = 90_000;

// Object.keys forgets the type of the keys; the table has no others.
const CODES = Object.keys(CAUSES) as readonly Cause[];

/** The one bit that stands for a cause in shared memory. */
export function causeBit(cause: Cause): bigint {
  return 1n << BigInt(CODES.indexOf(cause));
}

/** Whether the service takes work, and each cause why not. Callable from any thread. */
export function readReadiness(pulse: Pulse, lagLimitMs: number): Readiness {
  const reported = readCauseBits(pulse);
  const blocked = readMainLoop(pulse).lagMs > lagLimitMs ? causeBit("main-loop-blocked") : 0n;
  const causes = CODES.filter((code) => ((reported | blocked) & causeBit(code)) !== 0n).map(describeCause);
  return { ready: causes.length === 0, causes };
}

/** A cause as sent. */
export function describeCause(code: Cause): Readiness["causes"][number] {
  const { message, remedy } = CAUSES[code];
  return { code, message: `${message} ${remedy}` };
}

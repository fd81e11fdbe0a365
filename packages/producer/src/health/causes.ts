import type { Cause } from "@framewright/contract";

/** Why the service takes no work, and what to do about it. They are listed in this order. */
const CAUSES = {
  starting: {
    message: "The service is starting.",
    remedy: "Wait: it becomes ready by itself.",
  },
  draining: {
    message: "The service is shutting down and takes no new work.",
    remedy: "Send requests to another instance.",
  },
  "database-unreachable": {
    message: "The database cannot be used.",
    remedy: "Check that the database runs and that DATABASE_URL leads to it; the service recovers by itself.",
  },
  "store-unreachable": {
    message: "The store of files cannot be used.",
    remedy:
      "Check that PRODUCER_STORE_URL leads to it and that the service may use it; the service recovers by itself.",
  },
  "no-worker": {
    message: "No render worker can be launched.",
    remedy: "Run `framewright doctor` on the service's machine; its log has the last failure.",
  },
  "launch-failing": {
    message: "The browser or the encoder does not start.",
    remedy: "Run `framewright doctor` on the service's machine; the service's log has the last failure.",
  },
  "disk-low": {
    message: "Too little disk space is free.",
    remedy: "Free space below PRODUCER_DATA_DIR, or lower PRODUCER_MIN_FREE_BYTES.",
  },
  "memory-exhausted": {
    message: "The memory that the service may use is nearly used up.",
    remedy: "Give the service more memory, or lower PRODUCER_WORKERS.",
  },
  "work-untouched": {
    message: "Work that could go on has not been touched for too long.",
    remedy: "Restart the service if it does not recover, and report its log.",
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

export type CauseCode = keyof typeof CAUSES;

/** The causes that the main loop reports itself; a blocked loop cannot. */
export type ReportedCause = Exclude<CauseCode, "main-loop-blocked" | "main-loop-dead">;

// Object.keys forgets the type of the keys; the table has no others.
export const CAUSE_CODES = Object.keys(CAUSES) as readonly CauseCode[];

/** A cause as sent. An empty detail is left out. */
export function describeCause(code: CauseCode, detail = ""): Cause {
  return { code, ...CAUSES[code], ...(detail !== "" && { detail }) };
}

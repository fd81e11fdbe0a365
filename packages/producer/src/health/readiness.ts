import type { Cause, Health, Readiness } from "@framewright/contract";

import { CAUSE_CODES, type CauseCode, describeCause } from "./causes.ts";
import { type Pulse, readAgeMs, readHealth, readMainLoop } from "./pulse.ts";
import { readText } from "./shared-text.ts";

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

/** When the probes fail. */
export interface Limits {
  /** /readyz fails while the main loop is later than this. */
  readonly lagLimitMs: number;
  /** /livez fails once the main loop has not turned for this long. */
  readonly deadAfterMs: number;
}

type MainLoop = Health["mainLoop"];

/** Whether the service takes work, and each cause why not. Callable from any thread. */
export function readReadiness(pulse: Pulse, lagLimitMs: number): Readiness {
  const mainLoop = readMainLoop(pulse);
  const details = readDetails(pulse);
  if (mainLoop.lagMs > lagLimitMs) details.set("main-loop-blocked", describeStall(mainLoop));
  const causes = listCauses(details);
  return { ready: causes.length === 0, causes, mainLoop };
}

/** Whether a worker could ever be launched, and if not, what is in the way. Callable from any thread. */
export function readStartup(pulse: Pulse, lagLimitMs: number): Readiness {
  const readiness = readReadiness(pulse, lagLimitMs);
  if (readAgeMs(pulse, "workerSeenAt") !== null) return { ...readiness, ready: true, causes: [] };
  const causes = readiness.ready ? [describeCause("starting")] : readiness.causes;
  return { ...readiness, ready: false, causes };
}

/** The body of GET /livez. Callable from any thread. */
export function readLiveness(pulse: Pulse, deadAfterMs: number): Health {
  const health = readHealth(pulse, "worker");
  if (health.mainLoop.heartbeatAgeMs <= deadAfterMs) return health;
  return {
    ...health,
    status: "dead",
    cause: describeCause("main-loop-dead", describeStall(health.mainLoop)),
  };
}

/** The causes that the main loop has reported, with what it knows of each. What cannot be read is not ready. */
function readDetails({ causes }: Pulse): Map<CauseCode, string> {
  const text = readText(causes);
  if (!text) return new Map([["starting", ""]]);
  // The heartbeat writes it, with these codes and texts alone.
  return new Map(Object.entries(JSON.parse(text) as Record<string, string>) as [CauseCode, string][]);
}

function listCauses(details: ReadonlyMap<CauseCode, string>): Cause[] {
  return CAUSE_CODES.filter((code) => details.has(code)).map((code) =>
    describeCause(code, details.get(code)),
  );
}

const seconds = (ms: number): string => `${(ms / 1000).toFixed(1)} s`;

function describeStall({ heartbeatAgeMs, lagMs, lastBegan }: MainLoop): string {
  const stall =
    heartbeatAgeMs >= lagMs
      ? `It last turned ${seconds(heartbeatAgeMs)} ago`
      : `It turns ${seconds(lagMs)} late`;
  return lastBegan
    ? `${stall}, and had begun ${seconds(lastBegan.agoMs)} ago: ${lastBegan.what}.`
    : `${stall}.`;
}

import { readEnvironment } from "../config.ts";
import type { Finding, Guarantee, Stage } from "./guarantee.ts";
import { BLOCKED_MAIN_LOOP } from "./guarantees/blocked-main-loop.ts";
import { DRAIN_SECONDS, KILLED_SERVICE, TERMINATED_SERVICE } from "./guarantees/ended-service.ts";
import { FULL_SCRATCH, SCRATCH_QUOTA_BYTES } from "./guarantees/full-scratch.ts";
import { lostProcess } from "./guarantees/lost-process.ts";
import { ENDLESS, POISON } from "./guarantees/refused-compositions.ts";
import { type ServiceProcess, startServiceProcess } from "./service-process.ts";

export type { Finding as ChaosFinding } from "./guarantee.ts";

/** About a minute on a free machine; a slow one is given up on at this time. */
const HARD_TIMEOUT_MS = 240_000;

/** A stopped worker is found by its silence, and only then. */
const SILENCE_BOUND_MS = 13_000;

const GUARANTEES: readonly Guarantee[] = [
  lostProcess({ fault: "kill -9 of the browser", kind: "browser", strike: "SIGKILL", boundMs: 5_000 }),
  lostProcess({ fault: "kill -9 of the render worker", kind: "worker", strike: "SIGKILL", boundMs: 5_000 }),
  lostProcess({ fault: "kill -9 of ffmpeg", kind: "encoder", strike: "SIGKILL", boundMs: 5_000 }),
  lostProcess({
    fault: "SIGSTOP of a render worker",
    kind: "worker",
    strike: "SIGSTOP",
    boundMs: SILENCE_BOUND_MS,
  }),
  FULL_SCRATCH,
  BLOCKED_MAIN_LOOP,
  POISON,
  ENDLESS,
  TERMINATED_SERVICE,
  KILLED_SERVICE,
];

const ENVIRONMENT = {
  // Two, on any machine: one is disturbed while the other works.
  PRODUCER_WORKERS: "2",
  PRODUCER_DRAIN_SECONDS: String(DRAIN_SECONDS),
  PRODUCER_RENDER_SCRATCH_BYTES: String(SCRATCH_QUOTA_BYTES),
  PRODUCER_MIN_FREE_BYTES: "0",
};

/** Starts services in a folder, one after the other, and ends the last. */
function openStage(dataDir: string, signal: AbortSignal): Stage & { close(): Promise<void> } {
  let current: ServiceProcess | undefined;
  const env = readEnvironment(ENVIRONMENT);
  return {
    signal,
    async service() {
      if (!current?.isAlive()) current = await startServiceProcess(dataDir, env, signal);
      return current;
    },
    async close() {
      await current?.kill();
    },
  };
}

/** Checks one guarantee. */
export async function find({ guarantee, fault, boundMs, check }: Guarantee, stage: Stage): Promise<Finding> {
  const subject = { guarantee, fault, boundMs };
  try {
    const recoveryMs = Math.round(await check(stage));
    const inTime = recoveryMs <= boundMs;
    return { ...subject, held: inTime, recoveryMs, complaint: inTime ? null : "it took too long" };
  } catch (error) {
    const why: unknown = stage.signal.aborted ? stage.signal.reason : error;
    const complaint = why instanceof Error ? why.message : String(why);
    return { ...subject, held: false, recoveryMs: null, complaint };
  }
}

/**
 * Starts a service with its data in `dir`, injects one fault after the other while it renders, and tells of each
 * guarantee whether it held. Leaves no process, also when the signal aborts. Linux only.
 */
export async function* runChaos(dir: string, caller: AbortSignal): AsyncGenerator<Finding, void, void> {
  if (process.platform !== "linux")
    throw new Error("The processes to disturb are found in /proc: Linux only.");
  const overdue = new AbortController();
  const timer = setTimeout(
    () => overdue.abort(new Error("the time for all checks is over")),
    HARD_TIMEOUT_MS,
  );
  const stage = openStage(dir, AbortSignal.any([caller, overdue.signal]));
  try {
    // One that does not start at all has one fault, not ten.
    await stage.service();
    for (const guarantee of GUARANTEES) {
      const finding = await find(guarantee, stage);
      caller.throwIfAborted();
      // What one fault has broken is not to be blamed on the next.
      if (!finding.held) await stage.close();
      yield finding;
    }
  } finally {
    clearTimeout(timer);
    await stage.close();
  }
}

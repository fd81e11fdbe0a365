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

const STOPPED_WORKER = lostProcess({
  fault: "SIGSTOP of a render worker",
  kind: "worker",
  strike: "SIGSTOP",
  boundMs: SILENCE_BOUND_MS,
});

/** One after the other; where there are two, the second while the first is idle. */
const GUARANTEES: readonly (readonly [Guarantee, Guarantee?])[] = [
  [lostProcess({ fault: "kill -9 of the browser", kind: "browser", strike: "SIGKILL", boundMs: 5_000 })],
  [lostProcess({ fault: "kill -9 of the render worker", kind: "worker", strike: "SIGKILL", boundMs: 5_000 })],
  [lostProcess({ fault: "kill -9 of ffmpeg", kind: "encoder", strike: "SIGKILL", boundMs: 5_000 })],
  [STOPPED_WORKER, POISON],
  [FULL_SCRATCH],
  [BLOCKED_MAIN_LOOP],
  [ENDLESS],
  [TERMINATED_SERVICE],
  [KILLED_SERVICE],
];

const ENVIRONMENT = {
  // Two, on any machine: one is disturbed while the other works.
  PRODUCER_WORKERS: "2",
  PRODUCER_DRAIN_SECONDS: String(DRAIN_SECONDS),
  PRODUCER_RENDER_SCRATCH_BYTES: String(SCRATCH_QUOTA_BYTES),
  PRODUCER_MIN_FREE_BYTES: "0",
};

interface Closable {
  close(): Promise<void>;
}

/** Starts services in a folder, one after the other, and ends the last. */
function openStage(dataDir: string, signal: AbortSignal): Stage & Closable {
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

const words = (error: unknown): string => (error instanceof Error ? error.message : String(error));

/** Checks one guarantee. */
export async function find({ guarantee, fault, boundMs, check }: Guarantee, stage: Stage): Promise<Finding> {
  const subject = { guarantee, fault, boundMs };
  try {
    const recoveryMs = Math.round(await check(stage));
    const inTime = recoveryMs <= boundMs;
    return { ...subject, held: inTime, recoveryMs, complaint: inTime ? null : "it took too long" };
  } catch (error) {
    const complaint = words(stage.signal.aborted ? stage.signal.reason : error);
    return { ...subject, held: false, recoveryMs: null, complaint };
  }
}

/** Checks a guarantee and, from when it is idle on, another. */
export async function findBoth(
  first: Guarantee,
  second: Guarantee | undefined,
  stage: Stage,
): Promise<Finding[]> {
  if (!second) return [await find(first, stage)];
  const idle = Promise.withResolvers<void>();
  const finding = find(first, { ...stage, onIdle: idle.resolve });
  await Promise.race([idle.promise, finding]);
  return Promise.all([finding, find(second, stage)]);
}

/** Ends the service after what did not hold, so that the next is not blamed for it; a failure of this is told too. */
export async function endAfter(findings: readonly Finding[], stage: Closable): Promise<readonly Finding[]> {
  if (findings.every(({ held }) => held)) return findings;
  try {
    await stage.close();
    return findings;
  } catch (error) {
    const tell = (finding: Finding): Finding =>
      finding.held ? finding : { ...finding, complaint: `${finding.complaint}; then ${words(error)}` };
    return findings.map(tell);
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
    for (const [first, second] of GUARANTEES) {
      const findings = await findBoth(first, second, stage);
      caller.throwIfAborted();
      yield* await endAfter(findings, stage);
    }
  } finally {
    clearTimeout(timer);
    await stage.close();
  }
}

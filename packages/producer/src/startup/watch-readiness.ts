import { ProblemError } from "@framewright/contract";
import type { Pool } from "@framewright/pool";

import type { Heartbeat } from "../health/heartbeat.ts";
import type { Log } from "../log.ts";
import { freeBytes } from "../scratch/free-bytes.ts";

/** Readiness follows within this time. */
const INTERVAL_MS = 1_000;

export interface ReadinessWatch {
  /** Why no work can be taken now; null when it can. */
  refusal(): ProblemError | null;
  close(): void;
}

export interface WatchOptions {
  readonly pool: Pool;
  readonly heartbeat: Heartbeat;
  readonly dataDir: string;
  readonly minFreeBytes: number;
  readonly log: Log;
}

/** Keeps readiness true to what the disk and the workers allow, whatever the load. */
export function watchReadiness({
  pool,
  heartbeat,
  dataDir,
  minFreeBytes,
  log,
}: WatchOptions): ReadinessWatch {
  let diskLow = false;
  let looking = false;

  const lookAtDisk = async (): Promise<void> => {
    // A disk that hangs must not pile up questions.
    if (looking) return;
    looking = true;
    try {
      const low = (await freeBytes(dataDir)) < minFreeBytes;
      if (low !== diskLow)
        log[low ? "error" : "info"]({ minFreeBytes }, low ? "the disk is nearly full" : "the disk has room");
      diskLow = low;
    } catch (error) {
      log.error({ err: error }, "the free disk space cannot be read");
      diskLow = true;
    } finally {
      looking = false;
    }
    heartbeat.setCause("disk-low", diskLow);
  };
  const look = (): void => {
    heartbeat.setCause("no-worker", !pool.launchable);
    void lookAtDisk();
  };
  look();
  const timer = setInterval(look, INTERVAL_MS).unref();

  return {
    refusal: () => {
      if (diskLow)
        return new ProblemError("disk-full", "Less disk is free than PRODUCER_MIN_FREE_BYTES asks for.");
      if (!pool.launchable)
        return new ProblemError("worker-unavailable", "Render workers cannot be started at present.");
      return null;
    },
    close: () => clearInterval(timer),
  };
}

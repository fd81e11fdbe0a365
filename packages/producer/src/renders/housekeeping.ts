import { expire, type ExpireDeps, releaseWaiting } from "./expire.ts";
import {
  forgetRenders,
  type RetentionDeps,
  sweepArtifacts,
  sweepChunks,
  sweepLibraries,
  sweepOrphans,
  sweepSnapshots,
} from "./retention.ts";

const EXPIRE_MS = 1_000;
const RELEASE_MS = 5_000;
const RETENTION_MS = 60_000;
const ORPHANS_MS = 600_000;

export interface Housekeeping {
  close(): void;
}

export type HousekeepingDeps = RetentionDeps & ExpireDeps;

/** Expires, sweeps and forgets, each on its own timer: whatever the load, and whether or not there is room for work. */
export function startHousekeeping(deps: HousekeepingDeps): Housekeeping {
  const { database, log } = deps;
  const regularly = (what: string, everyMs: number, work: () => Promise<void>): NodeJS.Timeout => {
    let isUnderWay = false;
    const turn = async (): Promise<void> => {
      if (isUnderWay) return;
      isUnderWay = true;
      try {
        await work();
      } catch (error) {
        // While the database is away, that is told once, by itself.
        const level = database.fault === null ? "error" : "debug";
        log[level]({ err: error }, `${what}: not done; it is tried again`);
      } finally {
        isUnderWay = false;
      }
    };
    void turn();
    return setInterval(() => void turn(), everyMs).unref();
  };
  const timers = [
    regularly("late renders", EXPIRE_MS, () => expire(deps)),
    regularly("waiting renders", RELEASE_MS, () => releaseWaiting(deps)),
    regularly("old artifacts", RETENTION_MS, () => sweepArtifacts(deps)),
    regularly("old renders", RETENTION_MS, () => forgetRenders(deps)),
    regularly("unused chunks", RETENTION_MS, () => sweepChunks(deps)),
    regularly("unused compositions", RETENTION_MS, () => sweepSnapshots(deps)),
    regularly("unused libraries", RETENTION_MS, () => sweepLibraries(deps)),
    regularly("files that nothing names", ORPHANS_MS, () => sweepOrphans(deps)),
  ];
  return {
    close: () => {
      for (const timer of timers) clearInterval(timer);
    },
  };
}

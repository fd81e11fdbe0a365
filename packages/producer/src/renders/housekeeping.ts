import { isProblemError } from "@framewright/contract";

import type { Endings } from "./endings.ts";
import { expire } from "./expire.ts";
import { type RetentionDeps, sweepOrphans, sweepRetained } from "./retention.ts";

const EXPIRE_MS = 1_000;
const RETENTION_MS = 60_000;
const ORPHANS_MS = 600_000;

export interface Housekeeping {
  close(): void;
}

export interface HousekeepingDeps extends RetentionDeps {
  readonly endings: Endings;
}

/** Expires, sweeps and forgets, each on its own timer: whatever the load, and whether or not there is room for work. */
export function startHousekeeping(deps: HousekeepingDeps): Housekeeping {
  const { database, endings, log } = deps;
  const regularly = (what: string, everyMs: number, work: () => Promise<void>): NodeJS.Timeout => {
    let isUnderWay = false;
    const turn = async (): Promise<void> => {
      if (isUnderWay) return;
      isUnderWay = true;
      try {
        await work();
      } catch (error) {
        const isAway = isProblemError(error) && error.code === "database-unavailable";
        log[isAway ? "debug" : "error"]({ err: error }, `${what}: not done; it is tried again`);
      } finally {
        isUnderWay = false;
      }
    };
    void turn();
    return setInterval(() => void turn(), everyMs).unref();
  };
  const timers = [
    regularly("late renders", EXPIRE_MS, () => expire(database, endings)),
    regularly("retention", RETENTION_MS, () => sweepRetained(deps)),
    regularly("files that nothing names", ORPHANS_MS, () => sweepOrphans(deps)),
  ];
  return {
    close: () => {
      for (const timer of timers) clearInterval(timer);
    },
  };
}

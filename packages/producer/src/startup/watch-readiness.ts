import { ProblemError } from "@framewright/contract";
import type { Pool, PoolSnapshot } from "@framewright/pool";

import type { Heartbeat } from "../health/heartbeat.ts";
import { createHysteresis } from "../health/hysteresis.ts";
import { type MemoryUse, readMemoryUse } from "../health/memory-use.ts";
import type { UntouchedWork, WorkView } from "../health/untouched-work.ts";
import type { Log } from "../log.ts";
import { freeBytes } from "../scratch/free-bytes.ts";
import type { LaunchWatch } from "./launch-watch.ts";
import { createReading } from "./reading.ts";

/** Readiness follows within this time. */
const INTERVAL_MS = 1_000;
/** With room to spare, so that a file written and removed does not turn readiness on and off. */
const DISK_RECOVERY = 1.1;
const MEMORY_RECOVERY = 0.95;

export interface ReadinessWatch {
  /** Why no work can be taken now; null when it can. */
  refusal(): ProblemError | null;
  close(): void;
}

/** What does the work here. */
export interface WorkSide {
  readonly pool: Pool;
  readonly launches: Pick<LaunchWatch, "fault">;
}

export interface WatchOptions {
  readonly database: { readonly fault: string | null };
  /** Null where no work is done. */
  readonly side: WorkSide | null;
  readonly heartbeat: Heartbeat;
  readonly work: UntouchedWork;
  readonly viewWork: (pool: PoolSnapshot, held: boolean) => WorkView;
  readonly dataDir: string;
  readonly minFreeBytes: number;
  readonly maxMemoryPercent: number;
  readonly log: Log;
  /** (Default: of the machine and the own cgroups.) */
  readonly readMemory?: () => Promise<MemoryUse | null>;
}

const gib = (bytes: number): string => `${(bytes / 2 ** 30).toFixed(2)} GiB`;
const percent = ({ usedBytes, limitBytes }: MemoryUse): number => (100 * usedBytes) / limitBytes;

/** Keeps readiness true to what disk, memory, workers and the work itself allow, whatever the load. */
export function watchReadiness(options: WatchOptions): ReadinessWatch {
  const { database, side, heartbeat, work, viewWork, dataDir, minFreeBytes, maxMemoryPercent, log } = options;
  const on = new Set<string>();
  const set = (cause: Parameters<Heartbeat["setCause"]>[0], isOn: boolean, detail: string): void => {
    if (isOn !== on.has(cause))
      log[isOn ? "error" : "info"]({ cause, detail }, isOn ? "not ready" : "ready again");
    if (isOn) on.add(cause);
    else on.delete(cause);
    heartbeat.setCause(cause, isOn, detail);
  };

  // Free space counts down: its negative counts up to the watermark's.
  const isDiskLow = createHysteresis(-minFreeBytes + 1, -minFreeBytes * DISK_RECOVERY);
  const disk = createReading(() => freeBytes(dataDir), {
    onValue: (free) => set("disk-low", isDiskLow(-free), `${gib(free)} are free.`),
    onFault: (fault) => set("disk-low", true, `The free space cannot be read: ${fault}.`),
  });
  const isMemoryHigh = createHysteresis(maxMemoryPercent, maxMemoryPercent * MEMORY_RECOVERY);
  let memoryFault: string | null = null;
  const memory = createReading(options.readMemory ?? readMemoryUse, {
    onValue: (use) => {
      memoryFault = null;
      const detail = use ? `${gib(use.usedBytes)} of ${gib(use.limitBytes)} are in use.` : "";
      set("memory-exhausted", use !== null && isMemoryHigh(percent(use)), detail);
    },
    onFault: (fault) => {
      if (fault !== memoryFault) log.error({ fault }, "the memory in use cannot be read");
      memoryFault = fault;
    },
  });
  const refusal = (): ProblemError | null => {
    if (on.has("disk-low"))
      return new ProblemError("disk-full", "Less disk is free than PRODUCER_MIN_FREE_BYTES asks for.");
    if (on.has("memory-exhausted"))
      return new ProblemError(
        "memory-exhausted",
        "More memory is in use than PRODUCER_MAX_MEMORY_PERCENT allows.",
      );
    if (database.fault !== null) return new ProblemError("database-unavailable", database.fault);
    return side && sideRefusal(side);
  };
  const lookAtWork = ({ pool, launches }: WorkSide): void => {
    if (pool.launchable) heartbeat.noteWorker();
    set("no-worker", !pool.launchable, describeOutage(pool.snapshot()));
    set("launch-failing", launches.fault !== null, launches.fault ?? "");
    const untouchedMs = work.look(viewWork(pool.snapshot(), refusal() !== null));
    set("work-untouched", untouchedMs !== null, `For ${Math.round((untouchedMs ?? 0) / 1000)} s now.`);
  };
  const look = (): void => {
    set("database-unreachable", database.fault !== null, database.fault ?? "");
    if (side) lookAtWork(side);
    else heartbeat.noteWorker();
    disk.read();
    memory.read();
  };
  look();
  const timer = setInterval(look, INTERVAL_MS).unref();

  return { refusal, close: () => clearInterval(timer) };
}

function sideRefusal({ pool, launches }: WorkSide): ProblemError | null {
  if (!pool.launchable) {
    const detail = `No render worker can be started. ${describeOutage(pool.snapshot())}`;
    return new ProblemError("worker-unavailable", detail);
  }
  return launches.fault === null ? null : new ProblemError("worker-unavailable", launches.fault);
}

/** What is known of why no worker can be launched: never what the worker wrote, which may name paths. */
function describeOutage({ failures, lastFailure }: PoolSnapshot): string {
  if (!lastFailure) return "None is ready, and none has failed to start.";
  const { reason, code, signal } = lastFailure;
  const how = signal ? `was ended by ${signal}` : `ended with code ${code ?? "unknown"}`;
  return `${failures} starts in a row have failed; the last worker ${how} (${reason}).`;
}

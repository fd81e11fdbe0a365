import { randomUUID } from "node:crypto";
import { hostname } from "node:os";
import { join } from "node:path";

import { ProblemError } from "@framewright/contract";

import type { Config } from "../config.ts";
import type { Log } from "../log.ts";
import { WorkLoop } from "../queue/work-loop.ts";
import { DurableRenders } from "../renders/durable-renders.ts";
import type { Endings } from "../renders/endings.ts";
import { doWork } from "../renders/flow/do-work.ts";
import type { FlowDeps } from "../renders/flow/flow-deps.ts";
import { startHousekeeping } from "../renders/housekeeping.ts";
import type { RenderObserver } from "../renders/observer.ts";
import type { RenderSettings } from "../renders/settings.ts";
import { openShelf } from "../renders/snapshot-shelf.ts";
import type { LibrarySettings } from "../work/jobs.ts";
import { openSnapshotCache, type SnapshotCache } from "../snapshot/snapshot-cache.ts";
import type { Base } from "./open-base.ts";
import { packAside } from "./pack-aside.ts";
import { roomIn } from "./room.ts";
import type { Side } from "./start-side.ts";

export interface RendersOptions {
  readonly config: Config;
  readonly base: Base;
  /** Null where no work is done. */
  readonly side: Side | null;
  readonly settings: RenderSettings;
  readonly libraries: LibrarySettings;
  readonly endings: Endings;
  readonly observer: RenderObserver;
  readonly refusal: () => ProblemError | null;
  readonly log: Log;
  /** Told how each part is ended, before the next begins. */
  readonly add: (name: string, end: () => Promise<void> | void) => void;
}

export interface RunningRenders {
  readonly renders: DurableRenders;
  /** Null where no work is done. */
  readonly loop: WorkLoop | null;
  /** Takes no more, gives what runs, or who waits for it, until `deadline` (epoch milliseconds), and hands back what is not done by then. */
  drain(deadline: number): Promise<void>;
}

function startLoop(options: RendersOptions, side: Side, snapshots: SnapshotCache): WorkLoop {
  const { base, settings, libraries, endings, observer, refusal, log } = options;
  const { workers, pool, tools } = side;
  const owner = `${hostname()}:${process.pid}:${randomUUID()}`;
  const flow: FlowDeps = {
    ...base,
    workers,
    settings: { ...settings, tools, libraries },
    snapshots,
    endings,
    observer,
    owner,
    untold: new Set(),
    log,
  };
  return new WorkLoop({ ...base, room: roomIn(pool, refusal), run: (lease) => doWork(lease, flow), log });
}

/** Starts what admits renders, does their work and cleans up after them. */
export function startRenders(options: RendersOptions): RunningRenders {
  const { config, base, side, settings, endings, refusal, log, add } = options;
  const { scratch, database, store } = base;
  const housekeeping = startHousekeeping({
    ...base,
    settings,
    endings,
    tenantRunning: settings.tenantRunning,
    log,
  });
  add("housekeeping", () => housekeeping.close());
  const snapshots = openSnapshotCache({
    dir: join(scratch.dir, "snapshots"),
    store,
    maxBytes: config.snapshotCacheBytes,
    onWarning: (message, cause) => log.warn({ err: cause }, message),
  });
  add("snapshots", () => snapshots.close());
  const loop = side && startLoop(options, side, snapshots);
  const shelf = openShelf({
    database,
    pack: (snapshot) => packAside(scratch, store, snapshot),
    keepHere: side ? (snapshot) => snapshots.add(snapshot) : undefined,
  });
  const renders = new DurableRenders({
    ...base,
    ffmpeg: side?.tools.ffmpeg ?? null,
    snapshots: shelf,
    endings,
    settings,
    log,
    refusal,
  });
  return {
    renders,
    loop,
    async drain(deadline) {
      renders.drain();
      const reason = new ProblemError("shutting-down", "The service shut down before the work was done.");
      // Where no work is done, that of others may still answer who waits.
      await (loop ? loop.drain(deadline, reason) : renders.answered(deadline));
      renders.close();
    },
  };
}

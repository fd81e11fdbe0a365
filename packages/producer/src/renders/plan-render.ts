import type { Plan } from "@framewright/contract";
import { requireEncoders } from "@framewright/engine";
import { readLockfile } from "@framewright/local-cdn/lockfile";

import { plan, type Planned } from "../plan/plan.ts";
import type { Scratch } from "../scratch/scratch.ts";
import type { PageJob } from "../work/jobs.ts";
import type { Workers } from "../work/workers.ts";
import { fpsOf } from "./fps-of.ts";
import { bringLibraries, type LibraryStoreDeps } from "./library-store.ts";
import type { ResolvedOptions } from "./resolve-options.ts";
import type { WorkSettings } from "./settings.ts";
import { planLimitMs } from "./time-limits.ts";
import { type Tries, untilDone } from "./until-done.ts";
import { inWorkFolder } from "./work-folder.ts";

/** Plans go before chunks: they are short, and tell early what is wrong. */
const PLAN_PRIORITY = Number.MAX_SAFE_INTEGER;

export interface PlanDeps extends LibraryStoreDeps {
  readonly workers: Workers;
  readonly scratch: Scratch;
  readonly settings: WorkSettings;
}

export interface PlanBounds {
  /** Epoch milliseconds. */
  readonly deadline: number;
  readonly signal: AbortSignal;
  readonly noteLoss: Tries["noteLoss"];
  readonly onWaiting?: (what: string | null) => void;
}

/** A composition on this machine's disk, and what is wanted of it. */
export interface Composition {
  readonly options: ResolvedOptions;
  readonly snapshot: { readonly dir: string; readonly hash: string };
}

/** What every job that opens the composition's page has in common. */
export function pageJob(
  { snapshot, options }: Composition,
  settings: WorkSettings,
  scratchDir: string,
  planned: Pick<Plan, "libraries" | "missingLibraries"> = {},
): PageJob {
  const { libraries: locked = [], missingLibraries: missing = [] } = planned;
  const { tools, allowedHosts, readyTimeoutMs, frameTimeoutMs } = settings;
  return {
    tools,
    allowedHosts,
    libraries: { ...settings.libraries, locked, missing },
    readyTimeoutMs,
    frameTimeoutMs,
    scratchDir,
    snapshotDir: snapshot.dir,
    entryFile: options.entryFile,
    variables: options.variables ?? {},
    fps: fpsOf(options.fps),
    isLengthGiven: options.duration !== undefined,
  };
}

/** Opens the page once, in a render worker, and turns what it declares into a plan. @throws ProblemError */
export async function planComposition(
  composition: Composition,
  deps: PlanDeps,
  bounds: PlanBounds,
): Promise<Planned> {
  const { workers, scratch, settings } = deps;
  requireEncoders(composition.options.output, settings.tools.ffmpeg);
  const { deadline, noteLoss } = bounds;
  await bringLibraries(await readLockfile(composition.snapshot.dir), deps, bounds.signal);
  const budget = { prefix: "plan", maxBytes: settings.renderScratchBytes, signal: bounds.signal };
  const { probe, hosts, refused, libraries } = await inWorkFolder(scratch, budget, (dir, signal) =>
    untilDone({ noteLoss, signal, dir }, () =>
      workers.run(
        { kind: "probe", ...pageJob(composition, settings, dir), media: settings.media },
        {
          deadline,
          signal,
          priority: PLAN_PRIORITY,
          stallTimeoutMs: planLimitMs(settings),
          onProgress: ({ waitingFor }) => {
            if (waitingFor !== undefined) bounds.onWaiting?.(waitingFor);
          },
        },
      ),
    ),
  );
  return plan({
    probe,
    hosts,
    refused,
    libraries,
    options: composition.options,
    fps: fpsOf(composition.options.fps),
    snapshotHash: composition.snapshot.hash,
    limits: settings.limits,
    workers: settings.workers,
  });
}

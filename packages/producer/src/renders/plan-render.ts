import { plan, type Planned } from "../plan/plan.ts";
import type { Scratch } from "../scratch/scratch.ts";
import type { PageJob } from "../work/jobs.ts";
import type { Workers } from "../work/workers.ts";
import type { Charges, Loss } from "./charges.ts";
import type { Submission } from "./port.ts";
import { fpsOf } from "./render-record.ts";
import type { RenderSettings } from "./settings.ts";
import { planLimitMs } from "./time-limits.ts";
import { untilDone } from "./until-done.ts";
import { inWorkFolder } from "./work-folder.ts";

/** Plans go before chunks: they are short, and tell early what is wrong. */
const PLAN_PRIORITY = Number.MAX_SAFE_INTEGER;

export interface PlanDeps {
  readonly workers: Workers;
  readonly scratch: Scratch;
  readonly settings: RenderSettings;
}

export interface PlanBounds {
  /** Epoch milliseconds. */
  readonly deadline: number;
  readonly signal: AbortSignal;
  readonly charges: Charges;
  readonly onLoss: (loss: Loss) => void;
  readonly onWaiting?: (what: string | null) => void;
}

/** What every job of a submission that opens its page has in common. */
export function pageJob(
  { snapshot, options }: Submission,
  settings: RenderSettings,
  scratchDir: string,
): PageJob {
  const { tools, allowedHosts, readyTimeoutMs, frameTimeoutMs } = settings;
  return {
    tools,
    allowedHosts,
    readyTimeoutMs,
    frameTimeoutMs,
    scratchDir,
    snapshotDir: snapshot.dir,
    entryFile: options.entryFile ?? "index.html",
    variables: options.variables ?? {},
    fps: fpsOf(options.fps),
  };
}

/** Opens the page once, in a render worker, and turns what it declares into a plan. @throws ProblemError */
export async function planSubmission(
  submission: Submission,
  deps: PlanDeps,
  bounds: PlanBounds,
): Promise<Planned> {
  const { workers, scratch, settings } = deps;
  const { deadline, charges, onLoss } = bounds;
  const budget = { prefix: "plan", maxBytes: settings.renderScratchBytes, signal: bounds.signal };
  const { probe, hosts, refused } = await inWorkFolder(scratch, budget, (dir, signal) =>
    untilDone({ charges, signal, dir, onLoss }, () =>
      workers.run(
        { kind: "probe", ...pageJob(submission, settings, dir) },
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
    options: submission.options,
    fps: fpsOf(submission.options.fps),
    snapshotHash: submission.snapshot.hash,
    limits: settings.limits,
    workers: settings.workers,
  });
}

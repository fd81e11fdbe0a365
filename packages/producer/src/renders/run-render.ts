import { join } from "node:path";

import { type Artifact, framesToSeconds, type Plan, ProblemError } from "@framewright/contract";
import type { ChunkFile } from "@framewright/engine";

import type { Artifacts } from "../artifacts/artifact-store.ts";
import type { Planned } from "../plan/plan.ts";
import { captureChunks } from "./capture-chunks.ts";
import { Charges, type Loss } from "./charges.ts";
import { planSubmission, type PlanDeps } from "./plan-render.ts";
import { fpsOf, type RenderRecord } from "./render-record.ts";
import { lossWarning, untilDone } from "./until-done.ts";
import { inWorkFolder } from "./work-folder.ts";

export interface RenderDeps extends PlanDeps {
  readonly artifacts: Artifacts;
}

/** Joining and checking go before chunks: what is nearly done should not wait for what has just begun. */
const FINISH_PRIORITY = Number.MAX_SAFE_INTEGER - 1;

export const CONTENT_TYPE = "video/mp4";

interface Run {
  readonly record: RenderRecord;
  readonly deps: RenderDeps;
  readonly charges: Charges;
  readonly dir: string;
  readonly signal: AbortSignal;
}

/** Tries a step that is no chunk again when it is lost, and says so. */
function tried<T>(
  { record, charges, dir, signal }: Run,
  what: string,
  attempt: () => Promise<T>,
): Promise<T> {
  const onLoss = (loss: Loss): void => record.warn(lossWarning(what, loss));
  return untilDone({ charges, signal, dir, onLoss }, attempt);
}

async function planRun({ record, deps, charges, signal }: Run): Promise<Planned> {
  record.report({ stage: "plan", queuePosition: null });
  const planned = await planSubmission(record.submission, deps, {
    deadline: record.deadline.getTime(),
    signal,
    charges,
    onLoss: (loss) => record.warn(lossWarning("Planning", loss)),
    onWaiting: (waitingFor) => record.report({ waitingFor }),
  });
  record.plan = planned.plan;
  for (const warning of planned.plan.warnings) record.warn(warning);
  return planned;
}

/** Joins the chunks and checks the result. */
async function finishRun(run: Run, chunks: readonly ChunkFile[], plan: Plan): Promise<string> {
  const { record, deps, dir, signal } = run;
  const { tools } = deps.settings;
  const deadline = record.deadline.getTime();
  const fps = fpsOf(record.submission.options.fps);
  const file = join(dir, "video.mp4");
  const bounds = { deadline, signal, priority: FINISH_PRIORITY };
  record.report({ stage: "assemble", framesDone: plan.frames, secondsLeft: null, waitingFor: null });
  await tried(run, "Joining the chunks", () =>
    deps.workers.run({ kind: "assemble", tools, chunks, fps, file, deadline }, bounds),
  );

  record.report({ stage: "verify" });
  const { frames, width, height } = plan;
  const expectation = { frames, fps, width, height };
  record.verdict = await tried(run, "Checking the video", () =>
    deps.workers.run({ kind: "verify", tools, file, expectation, deadline }, bounds),
  );
  if (!record.verdict.passed) {
    const failed = record.verdict.checks.filter(({ passed }) => !passed);
    const said = failed.map(({ name, expected, actual }) => `${name} is ${actual} instead of ${expected}`);
    throw new ProblemError("verify-failed", `${said.join("; ")}.`);
  }
  return file;
}

async function renderIn(run: Run): Promise<Artifact> {
  const { record, deps, signal } = run;
  const planned = await planRun(run);
  const { plan } = planned;
  record.report({ stage: "capture", framesTotal: plan.frames, waitingFor: null });
  const chunks = await captureChunks({ ...run, planned });
  const file = await finishRun(run, chunks, plan);

  signal.throwIfAborted();
  const key = `${record.id}.mp4`;
  const stored = await deps.artifacts.put(key, file, { filename: key, contentType: CONTENT_TYPE });
  return {
    url: `/v1/renders/${record.id}/artifact`,
    contentType: CONTENT_TYPE,
    bytes: stored.bytes,
    sha256: stored.sha256,
    durationSeconds: framesToSeconds(plan.frames, fpsOf(record.submission.options.fps)),
    expiresAt: new Date(Date.now() + deps.settings.retentionMs).toISOString(),
  };
}

/**
 * Takes a render from its plan to its artifact. The caller ends the record; on failure nothing is left behind.
 * @throws ProblemError
 */
export function runRender(record: RenderRecord, deps: RenderDeps): Promise<Artifact> {
  const { signal } = record.abort;
  const budget = { prefix: "render", maxBytes: deps.settings.renderScratchBytes, signal };
  return inWorkFolder(deps.scratch, budget, (dir, bounded) =>
    renderIn({ record, deps, charges: new Charges(), dir, signal: bounded }),
  );
}

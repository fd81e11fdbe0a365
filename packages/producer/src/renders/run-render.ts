import { join } from "node:path";

import { type Artifact, framesToSeconds, ProblemError } from "@framewright/contract";

import type { Artifacts } from "../artifacts/artifact-store.ts";
import { captureChunks } from "./capture-chunks.ts";
import { planSubmission, type PlanDeps } from "./plan-render.ts";
import { fpsOf, type RenderRecord } from "./render-record.ts";

export interface RenderDeps extends PlanDeps {
  readonly artifacts: Artifacts;
}

/** Joining and checking go before chunks: what is nearly done should not wait for what has just begun. */
const FINISH_PRIORITY = Number.MAX_SAFE_INTEGER - 1;

export const CONTENT_TYPE = "video/mp4";

/**
 * Takes a render from its plan to its artifact. The caller ends the record; on failure nothing is left behind.
 * @throws ProblemError
 */
export async function runRender(record: RenderRecord, deps: RenderDeps): Promise<Artifact> {
  const { submission } = record;
  const { signal } = record.abort;
  const deadline = record.deadline.getTime();
  const { tools, retentionMs } = deps.settings;
  const folder = await deps.scratch.create("render");
  try {
    record.report({ stage: "plan", queuePosition: null });
    const planned = await planSubmission(submission, deps, {
      deadline,
      signal,
      onWaiting: (waitingFor) => record.report({ waitingFor }),
    });
    const { plan } = planned;
    record.plan = plan;
    for (const warning of plan.warnings) record.warn(warning);

    record.report({ stage: "capture", framesTotal: plan.frames, waitingFor: null });
    const chunks = await captureChunks(record, planned, deps, folder.dir);

    const fps = fpsOf(submission.options.fps);
    const file = join(folder.dir, "video.mp4");
    const bounds = { deadline, signal, priority: FINISH_PRIORITY };
    record.report({ stage: "assemble", framesDone: plan.frames, secondsLeft: null, waitingFor: null });
    await deps.workers.run({ kind: "assemble", tools, chunks, fps, file, deadline }, bounds);

    record.report({ stage: "verify" });
    const { frames, width, height } = plan;
    const expectation = { frames, fps, width, height };
    record.verdict = await deps.workers.run({ kind: "verify", tools, file, expectation, deadline }, bounds);
    if (!record.verdict.passed) {
      const failed = record.verdict.checks.filter(({ passed }) => !passed);
      const said = failed.map(({ name, expected, actual }) => `${name} is ${actual} instead of ${expected}`);
      throw new ProblemError("verify-failed", `${said.join("; ")}.`);
    }

    signal.throwIfAborted();
    const key = `${record.id}.mp4`;
    const stored = await deps.artifacts.put(key, file, { filename: key, contentType: CONTENT_TYPE });
    return {
      url: `/v1/renders/${record.id}/artifact`,
      contentType: CONTENT_TYPE,
      bytes: stored.bytes,
      sha256: stored.sha256,
      durationSeconds: framesToSeconds(frames, fps),
      expiresAt: new Date(Date.now() + retentionMs).toISOString(),
    };
  } finally {
    await folder.remove();
  }
}

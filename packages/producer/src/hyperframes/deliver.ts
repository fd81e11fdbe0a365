import { type HyperframesResult, isProblemCode, ProblemError, type Render } from "@framewright/contract";

import type { AppDeps } from "../app-deps.ts";
import type { Admission } from "./admit.ts";
import { publishOutput } from "./output-path.ts";
import type { OutputTokens } from "./token.ts";

/** A video of hours is copied in less. */
const PUBLISH_TIMEOUT_MS = 300_000;

export type Delivery = Omit<HyperframesResult, "success" | "requestId" | "durationMs">;

function failureOf({ problem, state }: Render): ProblemError {
  if (problem && isProblemCode(problem.code)) {
    return new ProblemError(problem.code, problem.detail, { evidence: problem.evidence });
  }
  if (state === "cancelled") return new ProblemError("cancelled", "The render was cancelled.");
  return new ProblemError("internal", "The render ended without a result.");
}

/** What a finished render's caller gets; puts the file where it was asked for. Throws the render's own problem. */
export async function deliver(
  render: Render,
  { outputPath, tenant }: Admission,
  { renders, copyArtifact, outputRoot }: AppDeps,
  tokens: OutputTokens,
): Promise<Delivery> {
  if (render.state !== "succeeded" || !render.artifact) throw failureOf(render);
  const artifact = await renders.artifact(render.id, tenant);
  if (outputPath !== undefined && outputRoot !== undefined) {
    const copy = (file: string): Promise<void> =>
      copyArtifact(artifact, file, AbortSignal.timeout(PUBLISH_TIMEOUT_MS));
    await publishOutput(copy, outputPath, outputRoot);
  }
  const outputToken = tokens.issue(render.id);
  return {
    outputPath: outputPath ?? artifact.filename,
    outputToken,
    outputUrl: `/outputs/${outputToken}`,
    fileSize: render.artifact.bytes,
    videoDurationSeconds: render.artifact.durationSeconds,
    outcome: render.warnings.length > 0 ? "completed_with_warnings" : "completed",
    warnings: render.warnings,
  };
}

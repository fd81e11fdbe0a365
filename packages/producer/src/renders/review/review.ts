import { type Plan, ProblemError, type RenderOptions, type Warning } from "@framewright/contract";

import { fpsOf } from "../fps-of.ts";
import type { ChunkFindings } from "./chunk-findings.ts";
import { isBlank, pictureWarnings, type Shown, stretchesOf } from "./picture-findings.ts";
import { textWarnings } from "./text-findings.ts";

export interface Review {
  readonly warnings: readonly (readonly Warning[])[];
  /** Why the video is no success, however well its file is made. */
  readonly problem: ProblemError | null;
}

/** What was to be drawn. */
function declared(chunks: readonly ChunkFindings[]): string[] {
  const content = chunks.flatMap(({ inspection }) => inspection.content);
  const hasFailed = chunks.some(({ warnings }) => warnings.some(({ code }) => code === "page-error"));
  return [...new Set([...content, ...(hasFailed ? ["scripts that failed"] : [])])];
}

function emptyProblem(shown: Shown): ProblemError | null {
  const content = declared(shown.chunks);
  const [only, ...others] = stretchesOf(shown);
  if (content.length === 0 || only === undefined || others.length > 0 || !isBlank(shown)) return null;
  const frames = only.endFrame - only.startFrame;
  const detail = `All ${frames} frames are of the colour ${only.colour}, though the page declares ${content.join(", ")}.`;
  return new ProblemError("picture-empty", detail);
}

/** Looks at a video by what its chunks have told. A part of a composition may be empty; the whole of it is not meant to be. */
export function review(
  { startFrame, endFrame, fps }: Pick<Plan, "startFrame" | "endFrame" | "fps">,
  { range, allowEmpty }: Pick<RenderOptions, "range" | "allowEmpty">,
  chunks: readonly ChunkFindings[],
): Review {
  const shown: Shown = { span: { startFrame, endFrame }, fps: fpsOf(fps), chunks };
  return {
    warnings: [...chunks.map(({ warnings }) => warnings), pictureWarnings(shown), textWarnings(chunks)],
    problem: allowEmpty === true || range !== undefined ? null : emptyProblem(shown),
  };
}

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

/** Kinds of content that may be all of one colour, and fill the picture. */
const FILLS: ReadonlySet<string> = new Set(["images", "drawings", "canvases", "videos", "frames"]);
/** Levels by which a colour may come out changed. */
const TOLERANCE = 3;

function isNear(a: string, b: string): boolean {
  return [1, 3, 5].every(
    (at) =>
      Math.abs(Number.parseInt(a.slice(at, at + 2), 16) - Number.parseInt(b.slice(at, at + 2), 16)) <=
      TOLERANCE,
  );
}

/** Whether a colour is that of a picture, say, and not what is seen where a page draws nothing. */
function isFilled(colour: string, content: readonly string[], chunks: readonly ChunkFindings[]): boolean {
  const backdrops = chunks.flatMap(({ inspection }) => inspection.backdrops ?? []);
  return (
    backdrops.length > 0 &&
    content.every((kind) => FILLS.has(kind)) &&
    !backdrops.some((backdrop) => isNear(backdrop, colour))
  );
}

function emptyProblem(shown: Shown): ProblemError | null {
  const content = declared(shown.chunks);
  const [only, ...others] = stretchesOf(shown);
  if (content.length === 0 || only === undefined || others.length > 0 || !isBlank(shown)) return null;
  if (isFilled(only.colour, content, shown.chunks)) return null;
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

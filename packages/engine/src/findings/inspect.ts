import type { Fps } from "@framewright/contract";

import type { FrameSpan } from "../browser/seen.ts";
import type { Page } from "../browser/page.ts";
import type { PageFindings } from "../page-findings.ts";
import { pickFrames } from "./pick-frames.ts";

/** What a look at a page found. */
export interface Inspection extends PageFindings {
  /** Frames at which clips begin or end, in order. */
  readonly clipBorders: readonly number[];
}

const NOTHING: PageFindings = {
  content: [],
  motion: [],
  told: [],
  texts: { cut: [], clear: [], overlapping: [] },
};

/** What the page found; what a page gives instead, whose scripts have put themselves in the runtime's place, is left out. */
function asFindings(value: unknown): PageFindings {
  const isOurs = typeof value === "object" && value !== null && "told" in value && Array.isArray(value.told);
  return isOurs ? (value as PageFindings) : NOTHING;
}

function asNumbers(value: unknown): number[] {
  return Array.isArray(value) ? value.filter((item): item is number => typeof item === "number") : [];
}

export async function readFindings(page: Page, deadline: number): Promise<PageFindings> {
  return asFindings(await page.evaluate("__framewright.inspector.findings()", deadline));
}

async function readBorders(page: Page, { num, den }: Fps, deadline: number): Promise<number[]> {
  const seconds = asNumbers(await page.evaluate("__framewright.inspector.clipBorders()", deadline));
  return [...new Set(seconds.map((at) => Math.round((at * num) / den)))];
}

/** Looks at a page now and then while its frames are taken. */
export interface FrameInspector {
  /** To be called for each frame once the page stands at it, in order. */
  look(frame: number, deadline: number): Promise<void>;
  finish(deadline: number): Promise<Inspection>;
}

/** Made when the page stands before the first of the frames. */
export async function openInspector(
  page: Page,
  frames: FrameSpan,
  fps: Fps,
  deadline: number,
): Promise<FrameInspector> {
  const clipBorders = await readBorders(page, fps, deadline);
  const picked = new Set(pickFrames(frames, clipBorders));
  return {
    look: async (frame, by) => {
      const follows = picked.has(frame - 1);
      if (follows || picked.has(frame)) await page.evaluate(`__framewright.inspector.look(${follows})`, by);
    },
    finish: async (by) => ({ ...(await readFindings(page, by)), clipBorders }),
  };
}

import type { Picture } from "@framewright/engine";

import type { Planned } from "../plan/plan.ts";
import { fpsOf } from "./fps-of.ts";
import type { RenderRow } from "./render-row.ts";
import { type ResolvedOptions, resolveOptions } from "./resolve-options.ts";

/** What is planned of a render whose chunks are there. */
export function plannedOf({ plan, page }: Pick<RenderRow, "plan" | "page">): Planned {
  if (plan === null || page === null) throw new Error("A chunk is there before its plan.");
  return { plan, page };
}

/** The picture of a planned video: what each of its chunks must know. */
export function pictureOf({ fps, quality, output }: ResolvedOptions, { plan, page }: Planned): Picture {
  return {
    fps: fpsOf(fps),
    ...page,
    videoWidth: plan.width,
    videoHeight: plan.height,
    deviceScaleFactor: plan.deviceScaleFactor,
    quality,
    output,
  };
}

export function pictureOfRow(row: Pick<RenderRow, "options" | "plan" | "page">): Picture {
  return pictureOf(resolveOptions(row.options), plannedOf(row));
}

import type { Plan, RenderOptions } from "@framewright/contract";
import type { Picture } from "@framewright/engine";

import type { Size } from "../plan/size-guard.ts";
import { fpsOf } from "./fps-of.ts";

/** The picture of a planned video: what each of its chunks must know. */
export function pictureOf(options: RenderOptions, plan: Plan, page: Size): Picture {
  return {
    fps: fpsOf(options.fps),
    ...page,
    videoWidth: plan.width,
    videoHeight: plan.height,
    deviceScaleFactor: plan.deviceScaleFactor,
    quality: options.quality ?? "standard",
  };
}

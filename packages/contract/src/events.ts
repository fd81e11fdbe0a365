import { z } from "zod";

import { WarningSchema } from "./plan.ts";
import { ProgressSchema, RenderSchema, RenderStateSchema } from "./render.ts";

const common = { id: z.int(), at: z.iso.datetime(), renderId: z.string() };

/** An event of a render. Ids grow by time; only the latest `progress` is kept for replay, all others stay. */
export const RenderEventSchema = z
  .discriminatedUnion("type", [
    /** Fires once per change of state. */
    z.object({ ...common, type: z.literal("state"), state: RenderStateSchema }),
    /** Fires at every change of stage, and a few times a second while frames are captured. */
    z.object({ ...common, type: z.literal("progress"), progress: ProgressSchema }),
    /** Fires once per warning. */
    z.object({ ...common, type: z.literal("warning"), warning: WarningSchema }),
    /** Fires once, last. */
    z.object({ ...common, type: z.literal("finished"), render: RenderSchema }),
  ])
  .meta({ id: "RenderEvent" });
export type RenderEvent = z.infer<typeof RenderEventSchema>;

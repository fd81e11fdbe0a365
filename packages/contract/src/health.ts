import { z } from "zod";

/** The main event loop, as it shows in shared memory. */
const MainLoopSchema = z.object({
  heartbeatAgeMs: z.number().meta({ description: "Time since the main loop last turned." }),
  lagMs: z.number().meta({ description: "How late the main loop currently is." }),
  lastBegan: z
    .object({
      what: z.string().meta({ example: "capture of render 4f1c2b9e-6a57-4c56-9d0e-0d5b1f0f2a11" }),
      agoMs: z.number(),
    })
    .nullable()
    .meta({ description: "What the main loop last set out to do: where it stands when it is blocked." }),
});

const CauseSchema = z.object({
  code: z.string().meta({ example: "disk-low" }),
  message: z.string(),
  remedy: z.string(),
  detail: z.string().optional().meta({ description: "What is known beyond the code." }),
});
export type Cause = z.infer<typeof CauseSchema>;

export const HealthSchema = z
  .object({
    status: z.enum(["ok", "dead"]).meta({ description: "Only /livez says `dead`, with 503." }),
    uptime: z.number().meta({ description: "Seconds since the service started." }),
    timestamp: z.iso.datetime(),
    thread: z.enum(["worker", "main"]),
    mainLoop: MainLoopSchema,
    cause: CauseSchema.optional().meta({ description: "Why the service counts as dead." }),
  })
  .meta({ id: "Health" });
export type Health = z.infer<typeof HealthSchema>;

/** The body of /readyz and /startupz. */
export const ReadinessSchema = z
  .object({
    ready: z.boolean(),
    causes: z.array(CauseSchema).meta({ description: "Everything that keeps the service from being ready." }),
    mainLoop: MainLoopSchema,
  })
  .meta({ id: "Readiness" });
export type Readiness = z.infer<typeof ReadinessSchema>;

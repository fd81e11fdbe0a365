import { z } from "zod";

/** The main event loop, as its heartbeat in shared memory shows it. */
const MainLoopSchema = z.object({
  heartbeatAgeMs: z.number().meta({ description: "Time since the main loop last turned." }),
  lagMs: z.number().meta({ description: "How late the main loop currently is." }),
});

export const HealthSchema = z
  .object({
    status: z.literal("ok"),
    uptime: z.number().meta({ description: "Seconds since the service started." }),
    timestamp: z.iso.datetime(),
    thread: z.enum(["worker", "main"]),
    mainLoop: MainLoopSchema,
  })
  .meta({ id: "Health" });
export type Health = z.infer<typeof HealthSchema>;

export const ReadinessSchema = z
  .object({
    ready: z.boolean(),
    causes: z.array(z.object({ code: z.string(), message: z.string() })),
  })
  .meta({ id: "Readiness" });
export type Readiness = z.infer<typeof ReadinessSchema>;

import { z } from "zod";

import { CodecSchema, FormatSchema } from "./outputs.ts";
import { PlanSchema, WarningSchema } from "./plan.ts";
import { ProblemSchema } from "./problem.ts";
import { QualitySchema, RangeSchema } from "./render-request.ts";

export const RenderStateSchema = z.enum(["queued", "running", "succeeded", "failed", "cancelled"]);
export type RenderState = z.infer<typeof RenderStateSchema>;

export const StageSchema = z.enum(["queued", "plan", "capture", "assemble", "verify", "done"]);
export type Stage = z.infer<typeof StageSchema>;

export const ProgressSchema = z
  .object({
    stage: StageSchema,
    framesDone: z.int(),
    framesTotal: z.int().nullable().meta({ description: "Known once the plan is made." }),
    framesPerSecond: z.number().nullable(),
    secondsLeft: z.number().nullable(),
    waitingFor: z
      .string()
      .nullable()
      .meta({ description: "What a waiting stage waits for.", example: "fonts: Inter 700" }),
    queuePosition: z.int().nullable().meta({
      description:
        "While queued: renders that came before it and have not ended. It may begin earlier: a tenant for whom less is being done comes first.",
    }),
  })
  .meta({ id: "Progress" });
export type Progress = z.infer<typeof ProgressSchema>;

const CheckSchema = z.object({
  name: z.string(),
  expected: z.string(),
  actual: z.string(),
  passed: z.boolean(),
});
export type Check = z.infer<typeof CheckSchema>;

export const VerdictSchema = z
  .object({ passed: z.boolean(), checks: z.array(CheckSchema) })
  .meta({ id: "Verdict", description: "The check of the finished file against its plan." });
export type Verdict = z.infer<typeof VerdictSchema>;

export const ArtifactSchema = z
  .object({
    url: z.string(),
    contentType: z.string(),
    bytes: z.int(),
    sha256: z.string(),
    durationSeconds: z.number(),
    expiresAt: z.iso.datetime(),
  })
  .meta({ id: "Artifact" });
export type Artifact = z.infer<typeof ArtifactSchema>;

export const ReusedSchema = z
  .object({ chunks: z.int(), frames: z.int() })
  .meta({ id: "Reused", description: "What of the plan was there already, from earlier renders." });
export type Reused = z.infer<typeof ReusedSchema>;

export const RenderSchema = z
  .object({
    id: z.string(),
    state: RenderStateSchema,
    createdAt: z.iso.datetime(),
    startedAt: z.iso.datetime().nullable(),
    finishedAt: z.iso.datetime().nullable(),
    deadline: z.iso.datetime(),
    settings: z.object({
      source: z.enum(["html", "projectDir", "archive"]),
      entryFile: z.string(),
      fps: z.string(),
      width: z.int().nullable(),
      height: z.int().nullable(),
      quality: QualitySchema,
      format: FormatSchema,
      codec: CodecSchema.nullable().optional(),
      transparent: z.boolean().optional(),
      range: RangeSchema.nullable(),
    }),
    progress: ProgressSchema,
    plan: PlanSchema.nullable(),
    warnings: z.array(WarningSchema),
    reused: ReusedSchema.nullable().meta({ description: "Known once the plan is made." }),
    verdict: VerdictSchema.nullable(),
    artifact: ArtifactSchema.nullable(),
    problem: ProblemSchema.nullable(),
    links: z.object({ self: z.string(), events: z.string(), artifact: z.string() }),
  })
  .meta({ id: "Render" });
export type Render = z.infer<typeof RenderSchema>;

export const DownloadLinkSchema = z
  .object({ url: z.string(), expiresAt: z.iso.datetime() })
  .meta({ id: "DownloadLink", description: "Whoever holds it may download the artifact, until it expires." });
export type DownloadLink = z.infer<typeof DownloadLinkSchema>;

export const RenderListSchema = z
  .object({ renders: z.array(RenderSchema), nextCursor: z.string().nullable() })
  .meta({ id: "RenderList" });
export type RenderList = z.infer<typeof RenderListSchema>;

export const QueueSchema = z
  .object({
    queued: z.int(),
    running: z.int(),
    limit: z.int(),
    workers: z.int(),
    waiting: z.array(z.object({ id: z.string(), position: z.int() })).meta({
      description: "The caller's own, with the `queuePosition` of each; the counts are of all callers.",
    }),
  })
  .meta({ id: "Queue" });
export type Queue = z.infer<typeof QueueSchema>;

export function isFinished(state: RenderState): boolean {
  return state === "succeeded" || state === "failed" || state === "cancelled";
}

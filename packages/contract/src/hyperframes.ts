import { z } from "zod";

import { checkOutputOptions, OUTPUT_OPTIONS } from "./outputs.ts";
import { WarningSchema } from "./plan.ts";
import {
  DurationSchema,
  EntryFileSchema,
  FpsSchema,
  isDocument,
  NO_DOCUMENT,
  MAX_INLINE_HTML_BYTES,
  QualitySchema,
  VariablesSchema,
} from "./render-request.ts";
import { ResolutionSchema } from "./resolutions.ts";

/** The body that HyperFrames' producer takes on POST /render and POST /render/stream. Unknown fields are ignored, as there. */
export const HyperframesRequestSchema = z
  .object({
    html: z
      .string()
      .min(1)
      .refine((html) => html.length <= MAX_INLINE_HTML_BYTES, "must not exceed 5 MiB")
      .refine(isDocument, NO_DOCUMENT)
      .optional(),
    projectDir: z.string().min(1).max(4096).optional(),
    previewUrl: z
      .url({ protocol: /^https?$/, error: "must be an http or https URL" })
      .max(2048)
      .optional(),
    output: z.string().min(1).max(4096).nullish(),
    outputPath: z.string().min(1).max(4096).nullish(),
    entryFile: EntryFileSchema.optional(),
    fps: FpsSchema.optional(),
    quality: QualitySchema.optional(),
    ...OUTPUT_OPTIONS,
    outputResolution: ResolutionSchema.optional(),
    /** Pictures of films come without loss, whatever this says. */
    videoFrameFormat: z.enum(["auto", "jpg", "png"]).optional(),
    outputDynamicRange: z
      .enum(["auto", "sdr"], "must be auto or sdr: pages are drawn in 8 bits, without a high dynamic range")
      .optional(),
    variables: VariablesSchema.optional(),
    allowEmpty: z.boolean().optional(),
    duration: DurationSchema.optional(),
  })
  .refine(({ html, projectDir, previewUrl }) => (html ?? projectDir ?? previewUrl) !== undefined, {
    message: "a source is needed: `html`, `projectDir` or `previewUrl`",
    path: ["html"],
  })
  .superRefine(checkOutputOptions)
  .meta({ id: "HyperframesRequest" });
export type HyperframesRequest = z.infer<typeof HyperframesRequestSchema>;

export const HyperframesResultSchema = z
  .object({
    success: z.literal(true),
    requestId: z.string(),
    outputPath: z.string(),
    outputToken: z.string(),
    outputUrl: z.string(),
    fileSize: z.int(),
    durationMs: z.number(),
    videoDurationSeconds: z.number(),
    outcome: z.enum(["completed", "completed_with_warnings"]),
    warnings: z.array(WarningSchema),
  })
  .meta({ id: "HyperframesResult" });
export type HyperframesResult = z.infer<typeof HyperframesResultSchema>;

/** The body that HyperFrames' producer takes on POST /lint. */
export const HyperframesLintRequestSchema = z
  .object({
    projectDir: z.string().min(1).max(4096).optional(),
    files: z.record(EntryFileSchema, z.string()).optional(),
    html: z.string().min(1).optional(),
    entryFile: EntryFileSchema.optional(),
  })
  .refine(({ projectDir, files, html }) => (projectDir ?? files ?? html) !== undefined, {
    message: "a source is needed: `projectDir`, `files` or `html`",
    path: ["html"],
  })
  .meta({ id: "HyperframesLintRequest" });
export type HyperframesLintRequest = z.infer<typeof HyperframesLintRequestSchema>;

const HyperframesFindingSchema = z
  .object({
    code: z.string(),
    severity: z.enum(["error", "warning", "info"]),
    message: z.string(),
    file: z.string().optional(),
    fixHint: z.string().optional(),
  })
  .meta({ id: "HyperframesFinding" });
export type HyperframesFinding = z.infer<typeof HyperframesFindingSchema>;

const HyperframesLintResultSchema = z
  .object({
    success: z.literal(true),
    requestId: z.string(),
    entryFile: z.string(),
    source: z.enum(["projectDir", "files", "html"]),
    result: z.object({
      ok: z.boolean(),
      errorCount: z.int(),
      warningCount: z.int(),
      infoCount: z.int(),
      findings: z.array(HyperframesFindingSchema),
    }),
  })
  .meta({ id: "HyperframesLintResult" });
export type HyperframesLintResult = z.infer<typeof HyperframesLintResultSchema>;

export const HyperframesFailureSchema = z
  .object({
    success: z.literal(false),
    requestId: z.string(),
    error: z.string(),
    stage: z.string().optional(),
    durationMs: z.number().optional(),
    code: z.string(),
    remedy: z.string(),
    retryable: z.boolean(),
  })
  .meta({ id: "HyperframesFailure" });
export type HyperframesFailure = z.infer<typeof HyperframesFailureSchema>;

export const HyperframesQueueSchema = z
  .object({ maxConcurrentRenders: z.int(), activeRenders: z.int(), queuedRenders: z.int() })
  .meta({ id: "HyperframesQueue" });

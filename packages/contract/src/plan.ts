import { z } from "zod";

export const SeveritySchema = z.enum(["info", "warning", "error"]).meta({
  description:
    "How much of the picture it costs: `info` nothing for certain, `warning` maybe something, `error` something for certain.",
});
export type Severity = z.infer<typeof SeveritySchema>;

export const FrameSpanSchema = z
  .object({ startFrame: z.int(), endFrame: z.int().meta({ description: "Exclusive." }) })
  .meta({ id: "FrameSpan", description: "Frames of the composition." });
export type FrameSpan = z.infer<typeof FrameSpanSchema>;

export const WarningSchema = z
  .object({
    code: z.string(),
    severity: SeveritySchema.optional().meta({ description: "(Default: warning)" }),
    message: z.string(),
    remedy: z.string(),
    frames: FrameSpanSchema.optional().meta({
      description:
        "Where it was first seen, or where it shows. Without them, while the page was loaded, or all along.",
    }),
    selector: z.string().optional().meta({ description: "The element that it is about.", example: "#title" }),
    box: z
      .object({ x: z.number(), y: z.number(), width: z.number(), height: z.number() })
      .optional()
      .meta({ description: "Where the element is, in CSS pixels of the composition." }),
    measured: z
      .record(z.string(), z.union([z.number(), z.string()]))
      .optional()
      .meta({ description: "What it was told by." }),
  })
  .meta({ id: "Warning", description: "Something that did not stop the render but may show in the result." });
export type Warning = z.infer<typeof WarningSchema>;

export const ChunkSchema = z
  .object({
    index: z.int(),
    startFrame: z.int(),
    endFrame: z.int().meta({ description: "Exclusive." }),
  })
  .meta({ id: "Chunk", description: "A contiguous range of frames: the unit of retry and distribution." });
export type Chunk = z.infer<typeof ChunkSchema>;

export const LibrarySourceSchema = z.enum(["project", "shelf", "registry"]);
export type LibrarySource = z.infer<typeof LibrarySourceSchema>;

const PackageSchema = z.object({ package: z.string(), version: z.string() });

export const LibrarySchema = z
  .object({
    url: z.string(),
    ...PackageSchema.shape,
    also: z
      .array(PackageSchema)
      .optional()
      .meta({ description: "Further packages that it is made of: the families of a style sheet, say." }),
    integrity: z.string().meta({ description: "Of the bytes that the page gets.", example: "sha512-…" }),
    from: LibrarySourceSchema.meta({
      description: "The project itself, what is installed with the service, or the npm registry.",
    }),
  })
  .meta({ id: "Library", description: "What the page is served in place of a CDN." });
export type Library = z.infer<typeof LibrarySchema>;

const SoundSourceSchema = z
  .object({
    selector: z.string().meta({ description: "The element whose sound it is.", example: "#music" }),
    src: z.string().meta({
      description: "Its file in the project, or the beginning of its address.",
      example: "assets/music.mp3",
    }),
    isFile: z
      .boolean()
      .meta({ description: "Whether it is a file of the project; otherwise the page brings it." }),
    codec: z.string(),
    channels: z.int(),
    startSeconds: z.number().meta({ description: "In the composition, as the other times." }),
    endSeconds: z.number().nullable().meta({ description: "Null where it ends with its file." }),
    mediaStartSeconds: z.number().meta({ description: "The second of the file that is heard at its start." }),
    loopStartSeconds: z.number().nullable().meta({
      description: "The second of the file from which it is heard again; null where it is no loop.",
    }),
    zeroSeconds: z.number().meta({ description: "The file's own timestamp of its beginning." }),
    rate: z.number(),
    volume: z.number().meta({ description: "1 is as loud as the file, 2 about 6 dB louder." }),
    fadeInSeconds: z.number(),
    fadeOutSeconds: z.number(),
  })
  .meta({ id: "SoundSource", description: "What is heard of one element." });
export type SoundSourcePlan = z.infer<typeof SoundSourceSchema>;

export const SoundPlanSchema = z
  .object({
    sampleRate: z.int(),
    samples: z.int().meta({ description: "Of each channel: exactly as long as the picture." }),
    isSampled: z.boolean().meta({
      description: "Whether scripts may change volumes: the page is stepped through to learn how.",
    }),
    sources: z.array(SoundSourceSchema),
  })
  .meta({ id: "Sound", description: "What is mixed into the video's sound, once for the whole render." });
export type SoundPlan = z.infer<typeof SoundPlanSchema>;

export const PlanSchema = z
  .object({
    compositionId: z.string().nullable(),
    durationSeconds: z.number().meta({ description: "The composition's whole length." }),
    durationSource: z.enum(["attribute", "timeline", "hf", "clips", "animations", "request"]),
    fps: z.string().meta({ description: "An integer or an exact ratio.", example: "30000/1001" }),
    width: z.int(),
    height: z.int(),
    deviceScaleFactor: z.number().meta({ description: "Output pixels per CSS pixel of the composition." }),
    startFrame: z.int(),
    endFrame: z.int().meta({ description: "Exclusive." }),
    frames: z.int().meta({ description: "How many frames the video will have." }),
    chunks: z.array(ChunkSchema),
    sound: SoundPlanSchema.nullable().optional().meta({ description: "Null where nothing is heard." }),
    snapshotHash: z.string().meta({ description: "SHA-256 of the composition's files." }),
    hosts: z.array(z.string()).meta({ description: "Hosts that the page contacted or tried to." }),
    libraries: z
      .array(LibrarySchema)
      .optional()
      .meta({ description: "Saved as framewright.lock.json in a project, it gets the same bytes again." }),
    missingLibraries: z.array(z.string()).optional().meta({
      description: "URLs that could not be served. They are not in any frame, so that all are alike.",
    }),
    warnings: z.array(WarningSchema),
    estimate: z.object({
      seconds: z.number(),
      memoryBytes: z.int(),
      diskBytes: z.int(),
    }),
  })
  .meta({ id: "Plan" });
export type Plan = z.infer<typeof PlanSchema>;

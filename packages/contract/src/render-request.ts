import { z } from "zod";

import { explainFps, parseFps } from "./fps.ts";
import { ResolutionSchema } from "./resolutions.ts";
import { checkOutputOptions, OUTPUT_OPTIONS } from "./outputs.ts";

/** Bytes of inline HTML that a request may carry. */
export const MAX_INLINE_HTML_BYTES = 5 * 1024 * 1024;
/** Bytes of variables, as JSON. */
const MAX_VARIABLES_BYTES = 1024 * 1024;
/** How deep variables may nest: deep enough for any real data, shallow enough for any recursion. */
const MAX_VARIABLES_DEPTH = 32;

function depthWithin(value: unknown, left: number): boolean {
  if (typeof value !== "object" || value === null) return true;
  return left > 0 && Object.values(value).every((item) => depthWithin(item, left - 1));
}

export const FpsSchema = z
  .union([z.int(), z.string()], { error: ({ input }) => explainFps(input) })
  .refine((value) => parseFps(value) !== null, { error: ({ input }) => explainFps(input) })
  .meta({ description: "Frames per second: an integer, or a ratio as text.", example: "30000/1001" });

export const VariablesSchema = z
  .record(z.string(), z.unknown(), "must be a JSON object of values by the variables' ids")
  .refine((value) => depthWithin(value, MAX_VARIABLES_DEPTH), "must not nest deeper than 32 levels")
  .refine(
    (value) =>
      !depthWithin(value, MAX_VARIABLES_DEPTH) || JSON.stringify(value).length <= MAX_VARIABLES_BYTES,
    "must not exceed 1 MiB",
  )
  .meta({ description: "Values for the composition's variables, by id." });

/** A name or an address is no document; one has tags. */
export function isDocument(html: string): boolean {
  return html.includes("<") || !/^\s*\S+\.html?\s*$|^\s*(https?|file):\/\/\S+\s*$/i.test(html);
}

export const NO_DOCUMENT =
  "is the name or address of a document: it takes the document's text; give a folder as `projectDir`, or upload it";

function isRelativePath(path: string): boolean {
  const absolute = path.startsWith("/") || /^[a-zA-Z]:/.test(path);
  return !absolute && !path.includes("\\") && !path.includes("\0") && !path.split("/").includes("..");
}

export const EntryFileSchema = z
  .string()
  .min(1)
  .max(1024)
  .refine(isRelativePath, "must be a relative path inside the project")
  .meta({ description: "The HTML document to render, relative to the project. (Default: index.html)" });

export const QualitySchema = z.enum(["draft", "standard", "high"]);
export type Quality = z.infer<typeof QualitySchema>;

export const RangeSchema = z
  .union(
    [
      z.strictObject({ startFrame: z.int().min(0), endFrame: z.int().min(1) }),
      z.strictObject({ startSeconds: z.number().min(0), endSeconds: z.number().positive() }),
    ],
    "must be {startFrame, endFrame} in whole frames, or {startSeconds, endSeconds}",
  )
  .meta({ description: "The part to render, end exclusive: frames, or seconds. (Default: all)" });
export type Range = z.infer<typeof RangeSchema>;

const MAX_URL_LENGTH = 2048;

/** What is no URL at all is complained of as such. */
function hasNoCredentials(text: string): boolean {
  const url = URL.parse(text);
  return url === null || (url.username === "" && url.password === "");
}

export const DurationSchema = z.number().positive().meta({
  description: "Length in seconds of a composition that declares none; what it declares comes first.",
});

export const CallbackUrlSchema = z
  .url({ protocol: /^https?$/, error: "must be an http or https URL" })
  .max(MAX_URL_LENGTH)
  .refine(hasNoCredentials, "must not hold a user name or a password");

/** What a caller may ask of a render, whatever the source. */
const options = {
  entryFile: EntryFileSchema.optional(),
  fps: FpsSchema.optional().meta({ description: "Frames per second. (Default: 30)" }),
  width: z
    .int()
    .positive()
    .optional()
    .meta({ description: "Width of the video in pixels. (Default: the composition's)" }),
  height: z
    .int()
    .positive()
    .optional()
    .meta({ description: "Height of the video in pixels. (Default: the composition's)" }),
  outputResolution: ResolutionSchema.optional(),
  quality: QualitySchema.optional().meta({ description: "(Default: standard)" }),
  ...OUTPUT_OPTIONS,
  variables: VariablesSchema.optional(),
  strictVariables: z.boolean().optional().meta({
    description:
      "Whether variables that the composition does not declare, or declares otherwise, are refused. (Default: true)",
  }),
  duration: DurationSchema.optional(),
  range: RangeSchema.optional(),
  allowEmpty: z.boolean().optional().meta({
    description: "Whether a video in which nothing is drawn is a success all the same. (Default: false)",
  }),
  callbackUrl: CallbackUrlSchema.optional().meta({
    description: "An http or https URL that a signed webhook is sent to when the render has ended.",
  }),
};

export const RenderOptionsSchema = z
  .strictObject(options)
  .superRefine(checkOutputOptions)
  .meta({ id: "RenderOptions", description: "The `request` part of an upload." });
export type RenderOptions = z.infer<typeof RenderOptionsSchema>;

export const RenderRequestSchema = z
  .strictObject({
    ...options,
    html: z
      .string()
      .min(1)
      .refine((html) => html.length <= MAX_INLINE_HTML_BYTES, "must not exceed 5 MiB")
      .refine(isDocument, NO_DOCUMENT)
      .optional()
      .meta({ description: "The composition itself, as one HTML document of up to 5 MiB." }),
    projectDir: z
      .string()
      .min(1)
      .max(4096)
      .optional()
      .meta({ description: "A folder of the service's machine, below PRODUCER_PROJECTS_ROOT." }),
  })
  .refine((request) => (request.html === undefined) !== (request.projectDir === undefined), {
    message: "exactly one source is needed: `html`, `projectDir`, or an uploaded archive",
    path: ["html"],
  })
  .refine((request) => request.html === undefined || request.entryFile === undefined, {
    message: "goes with `projectDir` or an archive, not with `html`",
    path: ["entryFile"],
  })
  .superRefine(checkOutputOptions)
  .meta({ id: "RenderRequest" });
export type RenderRequest = z.infer<typeof RenderRequestSchema>;

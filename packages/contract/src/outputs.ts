import { z } from "zod";

interface PublicCodec {
  /** The largest constant rate factor that it takes; null where it has none. */
  readonly maxCrf: number | null;
  readonly alpha: boolean;
}

export const CODECS = {
  h264: { maxCrf: 51, alpha: false },
  h265: { maxCrf: 51, alpha: false },
  av1: { maxCrf: 63, alpha: false },
  vp9: { maxCrf: 63, alpha: true },
  "prores-4444": { maxCrf: null, alpha: true },
  "prores-422-hq": { maxCrf: null, alpha: false },
} as const satisfies Record<string, PublicCodec>;

export type Codec = keyof typeof CODECS;

interface PublicOutput {
  /** Of file names, without a dot. */
  readonly extension: string;
  readonly contentType: string;
  /** The first is the usual one; none where the format has only one way to hold pictures. */
  readonly codecs: readonly Codec[];
  /** Of formats without a codec to choose. */
  readonly alpha?: boolean;
  /** A single picture, and no video. */
  readonly isStill?: boolean;
  /** An animation that begins again. */
  readonly loops?: boolean;
  /** Frames a second, at most. */
  readonly maxFps?: number;
}

/** What a render can be asked for, by the name of its format. */
export const OUTPUTS = {
  mp4: { extension: "mp4", contentType: "video/mp4", codecs: ["h264", "h265", "av1"] },
  webm: { extension: "webm", contentType: "video/webm", codecs: ["vp9", "av1"] },
  mov: { extension: "mov", contentType: "video/quicktime", codecs: ["prores-4444", "prores-422-hq"] },
  // Viewers show a picture that lasts less than two hundredths of a second for longer than a faster one would last.
  gif: { extension: "gif", contentType: "image/gif", codecs: [], alpha: true, loops: true, maxFps: 50 },
  apng: { extension: "apng", contentType: "image/apng", codecs: [], alpha: true, loops: true },
  webp: { extension: "webp", contentType: "image/webp", codecs: [], alpha: true, loops: true },
  "png-sequence": { extension: "zip", contentType: "application/zip", codecs: [], alpha: true },
  png: { extension: "png", contentType: "image/png", codecs: [], alpha: true, isStill: true },
  jpeg: { extension: "jpg", contentType: "image/jpeg", codecs: [], isStill: true },
} as const satisfies Record<string, PublicOutput>;

export type Format = keyof typeof OUTPUTS;

/** The keys of an object that has no others than its type says. */
function keysOf<K extends string>(record: Readonly<Record<K, unknown>>): [K, ...K[]] {
  return Object.keys(record) as [K, ...K[]];
}

export function outputOf(format: Format): PublicOutput {
  return OUTPUTS[format];
}

export const FormatSchema = z.enum(keysOf(OUTPUTS));
export const CodecSchema = z.enum(keysOf(CODECS));

const BITRATE = /^(\d+(?:\.\d+)?)([kKmM]?)$/;

/** Bits a second of a text such as "10M" or "800k". */
export function parseBitrate(text: string): number {
  const [, number = "", unit = ""] = BITRATE.exec(text) ?? [];
  return Math.round(Number(number) * { "": 1, k: 1e3, m: 1e6 }[unit.toLowerCase() as "" | "k" | "m"]);
}

/** What a request may say of the file that is made. */
export const OUTPUT_OPTIONS = {
  format: FormatSchema.optional().meta({
    description: `${keysOf(OUTPUTS).join(", ")}; png and jpeg are a single picture, png-sequence is a ZIP of numbered ones. (Default: mp4)`,
  }),
  codec: CodecSchema.optional().meta({
    description:
      "mp4: h264, h265, av1; webm: vp9, av1; mov: prores-4444, prores-422-hq. (Default: the format's first)",
  }),
  transparent: z.boolean().optional().meta({
    description:
      "Whether what the page leaves empty is transparent, and not white. (Default: true where format and codec hold transparency: vp9, prores-4444, gif, apng, webp, png-sequence, png)",
  }),
  crf: z.int().min(0).max(63).optional().meta({
    description:
      "Constant rate factor: lower is better and larger; h264, h265: 0 to 51; vp9, av1: 0 to 63. (Default: by quality)",
  }),
  videoBitrate: z
    .string()
    .regex(BITRATE, 'must be bits a second, such as "10M" or "800k"')
    .refine((text) => parseBitrate(text) >= 1_000 && parseBitrate(text) <= 1e9, "must be 1k to 1000M")
    .optional()
    .meta({ description: "Bits a second, in place of a constant quality.", example: "10M" }),
  loop: z.int().min(0).max(65_535).optional().meta({
    description: "How often a gif, apng or webp is played; 0 is for ever. (Default: 0)",
  }),
  at: z.number().min(0).optional().meta({
    description: "Seconds into the composition, of a single picture. (Default: 0)",
  }),
};

const OutputOptionsSchema = z.object(OUTPUT_OPTIONS);
export type OutputOptions = z.infer<typeof OutputOptionsSchema>;

interface Fault {
  readonly path: keyof OutputOptions | "outputResolution";
  readonly message: string;
}

/** How a format holds pictures: by a codec, or in its only way. */
function holderOf({ codec }: OutputOptions, format: Format): PublicCodec & { readonly name: string } {
  const { codecs, alpha = false } = outputOf(format);
  const chosen = codec ?? codecs[0];
  return chosen ? { name: chosen, ...CODECS[chosen] } : { name: format, maxCrf: null, alpha };
}

function rateFaults(
  { crf, videoBitrate }: OutputOptions,
  { name, maxCrf }: PublicCodec & { name: string },
): Fault[] {
  const faults: Fault[] = [];
  if (maxCrf === null) {
    if (crf !== undefined) faults.push({ path: "crf", message: `${name} has none` });
    if (videoBitrate !== undefined) faults.push({ path: "videoBitrate", message: `${name} has none` });
    return faults;
  }
  if (crf !== undefined && crf > maxCrf)
    faults.push({ path: "crf", message: `must be 0 to ${maxCrf} for ${name}` });
  if (crf !== undefined && videoBitrate !== undefined)
    faults.push({ path: "videoBitrate", message: "goes without `crf`: either decides the size" });
  return faults;
}

function codecFaults(options: OutputOptions, format: Format): Fault[] {
  const { codec, transparent } = options;
  const { codecs } = outputOf(format);
  if (codec !== undefined && !codecs.includes(codec)) {
    const taken = codecs.length === 0 ? "no codec" : codecs.join(" or ");
    return [{ path: "codec", message: `${format} takes ${taken}, not ${codec}` }];
  }
  const holder = holderOf(options, format);
  const message = `${holder.name} in ${format} holds no transparency`;
  const opaque: Fault[] = transparent === true && !holder.alpha ? [{ path: "transparent", message }] : [];
  return [...opaque, ...rateFaults(options, holder)];
}

/** What else of a request the output may contradict. */
interface BesideOutput {
  readonly range?: unknown;
  readonly width?: unknown;
  readonly height?: unknown;
  readonly outputResolution?: unknown;
}

/** What does not go together in a request, by the option that is to blame. */
function outputFaults(options: OutputOptions & BesideOutput): Fault[] {
  const { format = "mp4", at, loop, range } = options;
  const { isStill = false, loops = false } = outputOf(format);
  const faults = codecFaults(options, format);
  if (at !== undefined && !isStill) faults.push({ path: "at", message: "goes with png and jpeg" });
  if (loop !== undefined && !loops) faults.push({ path: "loop", message: "goes with gif, apng and webp" });
  if (isStill && range !== undefined) {
    faults.push({ path: "format", message: `${format} is one picture: give \`at\` instead of \`range\`` });
  }
  return [...faults, ...sizeFaults(options)];
}

function sizeFaults({ width, height, outputResolution }: BesideOutput): Fault[] {
  if (outputResolution === undefined || (width === undefined && height === undefined)) return [];
  return [{ path: "outputResolution", message: "goes without `width` and `height`" }];
}

/** Refuses options that contradict each other. */
export function checkOutputOptions(options: OutputOptions & BesideOutput, context: z.RefinementCtx): void {
  for (const { path, message } of outputFaults(options)) {
    context.addIssue({ code: "custom", path: [path], message });
  }
}

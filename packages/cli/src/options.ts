import { readFile } from "node:fs/promises";

import { type Range, type RenderOptions, RenderOptionsSchema } from "@framewright/contract";

import { badInput } from "./failure.ts";

/** The flags of `render` and `plan` that shape the video, as typed. */
export interface SettingFlags {
  readonly fps?: string;
  readonly width?: string;
  readonly height?: string;
  readonly resolution?: string;
  readonly quality?: string;
  readonly format?: string;
  readonly codec?: string;
  readonly transparent?: boolean;
  readonly crf?: string;
  readonly videoBitrate?: string;
  readonly loop?: string;
  readonly at?: string;
  readonly variables?: string;
  readonly range?: string;
  readonly allowEmpty?: boolean;
  readonly duration?: string;
}

/** Which service to use, and as whom. */
export interface ServiceFlags {
  readonly server?: string;
  readonly apiKey?: string;
}

/** The flags that `render` and `plan` share. */
export interface CommonFlags extends SettingFlags, ServiceFlags {
  readonly entry?: string;
  readonly json?: boolean;
}

const FRAMES = /^(\d+)-(\d+)$/;
const SECONDS = /^(\d+(?:\.\d+)?)s?-(\d+(?:\.\d+)?)s$/;

function parseRange(text: string): Range {
  const frames = FRAMES.exec(text);
  if (frames) return { startFrame: Number(frames[1]), endFrame: Number(frames[2]) };
  const seconds = SECONDS.exec(text);
  if (seconds) return { startSeconds: Number(seconds[1]), endSeconds: Number(seconds[2]) };
  throw badInput(`--range ${text} is not a range.`, "Give frames like 0-90, or seconds like 1.5s-3s.");
}

/** Seconds, with or without their unit; NaN for anything else, which the schema refuses. */
function parseSeconds(text: string): number {
  return /^\d+(\.\d+)?s?$/.test(text) ? Number.parseFloat(text) : Number.NaN;
}

async function parseVariables(text: string): Promise<unknown> {
  const remedy = 'Give a JSON object like \'{"title":"Hello"}\', or @ and the path of a file that holds one.';
  try {
    return JSON.parse(text.startsWith("@") ? await readFile(text.slice(1), "utf8") : text);
  } catch (cause) {
    const reason = cause instanceof Error ? cause.message : String(cause);
    throw badInput(`--variables cannot be read: ${reason}`, remedy, cause);
  }
}

function parsed<T>(text: string | undefined, parse: (text: string) => T): T | undefined {
  return text === undefined ? undefined : parse(text);
}

/** Turns flags into the options of a request, checked by its schema. Throws CommandError with exit code 2. */
export async function readOptions(flags: SettingFlags): Promise<RenderOptions> {
  const { width, height, variables, range, duration, crf, loop, at } = flags;
  const { fps, resolution, quality, format, codec, transparent, videoBitrate, allowEmpty } = flags;
  const given = {
    ...{ fps, quality, format, codec, transparent, videoBitrate, allowEmpty },
    outputResolution: resolution,
    width: parsed(width, Number),
    height: parsed(height, Number),
    crf: parsed(crf, Number),
    loop: parsed(loop, Number),
    at: parsed(at, parseSeconds),
    duration: parsed(duration, parseSeconds),
    range: parsed(range, parseRange),
    variables: await parsed(variables, parseVariables),
  };
  const result = RenderOptionsSchema.safeParse(
    Object.fromEntries(Object.entries(given).filter(([, value]) => value !== undefined)),
  );
  if (result.success) return result.data;
  const faults = result.error.issues.map(({ path, message }) => `--${path.join(".")}: ${message}`);
  throw badInput(faults.join("; "), "See `framewright render --help`.", result.error);
}

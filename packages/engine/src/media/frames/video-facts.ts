import { RunError, runForOutput } from "../../run-for-output.ts";
import type { MediaInfo, VideoStream } from "../probe-media.ts";
import { inputArguments, limited } from "../run-on-media.ts";

/** A file's pictures, as they are decoded and shown. */
export interface VideoFacts {
  readonly file: string;
  readonly stream: VideoStream;
  /** Pixels of a picture as it is shown: turned, and with square pixels. */
  readonly width: number;
  readonly height: number;
  /** The timestamp that is second 0. */
  readonly zero: number;
  readonly isHdr: boolean;
  readonly hasAlpha: boolean;
}

/** A ratio as ffprobe writes it; null for one that is none. */
export function ratioOf(text: string): number | null {
  const [over, under] = text.split(/[:/]/).map(Number);
  return over && under ? over / under : null;
}

/** Pixels that are not square are made so by making the picture larger. */
function shownSize({ width, height, pixelAspect, rotation }: VideoStream): { width: number; height: number } {
  const aspect = ratioOf(pixelAspect) ?? 1;
  const wide = aspect > 1 ? Math.round(width * aspect) : width;
  const high = aspect < 1 ? Math.round(height / aspect) : height;
  return Math.abs(rotation) % 180 === 90 ? { width: high, height: wide } : { width: wide, height: high };
}

const HDR_TRANSFERS: ReadonlySet<string | null> = new Set(["smpte2084", "arib-std-b67"]);
const ALPHA_FORMATS = /^(?:yuva|gbrap|rgba|bgra|argb|abgr|ya|pal8)/;

export function videoFacts(file: string, { zero }: MediaInfo, stream: VideoStream): VideoFacts {
  return {
    file,
    stream,
    ...shownSize(stream),
    zero,
    isHdr: HDR_TRANSFERS.has(stream.transfer),
    hasAlpha: stream.hasAlphaBeside || ALPHA_FORMATS.test(stream.pixelFormat),
  };
}

/** How long a file is that does not say so: until its last packet ends. */
export async function measuredSeconds(
  { file, zero }: VideoFacts,
  ffprobe: string,
  bounds: { readonly deadline: number; readonly signal: AbortSignal },
): Promise<number> {
  const args = ["-v", "error", "-select_streams", "v:0", "-show_entries", "packet=pts_time,duration_time"];
  const listed = await runForOutput(
    ...limited(ffprobe, [...args, "-of", "csv=p=0", ...inputArguments(file)]),
    bounds,
  );
  let end = 0;
  for (const line of listed.split("\n")) {
    const [at = NaN, length = 0] = line.split(",").map(Number);
    if (Number.isFinite(at)) end = Math.max(end, at + (Number.isFinite(length) ? length : 0));
  }
  if (end - zero <= 0) throw new RunError("it has no picture");
  return end - zero;
}

import { inputArguments } from "../run-on-media.ts";
import type { VideoFacts } from "./video-facts.ts";

/** From which height on a video that says nothing of its colours has those of HD. */
const HD_HEIGHT = 720;
const UNSPECIFIED: ReadonlySet<string | null> = new Set([null, "unknown", "reserved"]);
/** Light of 100 candela a square metre is what a screen shows as white. */
const TONE_MAPPING =
  "zscale=transfer=linear:npl=100,format=gbrpf32le,zscale=primaries=bt709,tonemap=hable:desat=0,zscale=transfer=bt709:matrix=bt709:range=tv,format=yuv420p";

/** These decoders see an alpha channel that lies beside the picture; ffmpeg's own do not. */
const ALPHA_DECODERS: Readonly<Record<string, string>> = { vp8: "libvpx", vp9: "libvpx-vp9" };

function colours({ stream, isHdr, height }: VideoFacts): string {
  const guessed = height < HD_HEIGHT ? "bt601" : "bt709";
  if (isHdr) return "bt709";
  return UNSPECIFIED.has(stream.matrix) ? guessed : "auto";
}

/** Where a decoder begins, in seconds of the file's own clock. */
export interface DecodeStart {
  /** From the picture to be decoded first on; null to begin with the file. */
  readonly seek: number | null;
  /** Pictures before this are decoded, and not given. */
  readonly from: number;
}

/** Pixels up to which a picture goes to the page as it is. A larger one would take longer on its way than to be drawn. */
const MAX_PLAIN_PIXELS = 640 * 480;

/** How pictures come to the page: without loss, or as JPEG of the best quality but for one step. */
export function formOf({ width, height, hasAlpha }: VideoFacts): "bmp" | "jpg" {
  return hasAlpha || width * height <= MAX_PLAIN_PIXELS ? "bmp" : "jpg";
}

const OUTPUTS = {
  bmp: {
    scale: ":flags=bicubic+accurate_rnd+full_chroma_int",
    format: "bgra",
    encode: ["-c:v", "rawvideo", "-f", "rawvideo"],
  },
  // JPEG's colours are those of BT.601, in their full range.
  jpg: {
    scale: ":out_color_matrix=bt601:out_range=pc:flags=bicubic",
    format: "yuvj420p",
    encode: ["-c:v", "mjpeg", "-q:v", "2", "-qmin", "2", "-huffman", "default", "-f", "image2pipe"],
  },
} as const;

/** Arguments of ffmpeg that writes pictures, and tells of each when it is due. */
export function decodeArguments(video: VideoFacts, { seek, from }: DecodeStart, threads: number): string[] {
  const { file, stream, width, height, isHdr } = video;
  const decoder = stream.hasAlphaBeside ? ALPHA_DECODERS[stream.codec] : undefined;
  const output = OUTPUTS[formOf(video)];
  const filters = [
    `select=gte(t\\,${from.toFixed(6)})`,
    "showinfo",
    ...(isHdr ? [TONE_MAPPING] : []),
    `scale=${width}:${height}:in_color_matrix=${colours(video)}${output.scale}`,
    `format=${output.format}`,
  ];
  return [
    ...["-hide_banner", "-loglevel", "info", "-nostats", "-nostdin", "-threads", String(threads), "-copyts"],
    ...(decoder === undefined ? [] : ["-c:v", decoder]),
    // What lies before is decoded from a key frame on, so that the picture which is due is among those that come.
    ...(seek === null
      ? []
      : ["-noaccurate_seek", "-seek_timestamp", "1", "-ss", Math.max(0, seek).toFixed(6)]),
    ...inputArguments(file),
    ...["-map", `0:${stream.index}`, "-an", "-sn", "-dn", "-vf", filters.join()],
    ...["-vsync", "passthrough", ...output.encode, "pipe:1"],
  ];
}

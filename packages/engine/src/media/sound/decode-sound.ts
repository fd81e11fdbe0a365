import type { Readable } from "node:stream";

import { ahead } from "../../ahead.ts";
import { RunError } from "../../run-for-output.ts";
import { inputArguments, runOnMedia } from "../run-on-media.ts";
import { CHANNELS, SAMPLE_RATE, type SoundSource } from "./sound-source.ts";

const BYTES_PER_FRAME = CHANNELS * Float32Array.BYTES_PER_ELEMENT;
/** Decoders need what comes before: where more than this lies before, it is skipped. */
const RUN_UP_SECONDS = 10;

type SoundFile = Pick<SoundSource, "file" | "channels" | "zero">;

export interface DecodeBounds {
  readonly ffmpeg: string;
  /** Epoch milliseconds. */
  readonly deadline: number;
  readonly signal: AbortSignal;
}

/**
 * Two channels at the mix's rate. One channel goes to both sides as it is; of more, ffmpeg takes the standard's
 * coefficients (ITU-R BS.775). Gaps in the file's time are filled.
 */
function filters(channels: number, first: number): string {
  const stereo =
    channels === 1 ? "pan=stereo|c0=c0|c1=c0," : "aformat=sample_fmts=fltp:channel_layouts=stereo,";
  // One after the other: while it changes the rate, the filter is wrong by tenths of a second where it cuts.
  return `${stereo}aresample=${SAMPLE_RATE},aresample=async=1:first_pts=${first},aformat=sample_fmts=flt:channel_layouts=stereo`;
}

function decodeArguments({ file, channels, zero }: SoundFile, from: number): string[] {
  const first = from + Math.round(zero * SAMPLE_RATE);
  const at = first / SAMPLE_RATE - RUN_UP_SECONDS;
  // To seek to the very beginning would skip the packet that holds it in some containers.
  const seek = at > RUN_UP_SECONDS ? ["-noaccurate_seek", "-seek_timestamp", "1", "-ss", at.toFixed(6)] : [];
  return [
    ...["-hide_banner", "-loglevel", "error", "-nostdin", "-threads", "1", "-copyts", ...seek],
    ...inputArguments(file),
    ...["-map", "0:a:0", "-vn", "-sn", "-dn", "-af", filters(channels, first)],
    ...["-c:a", "pcm_f32le", "-f", "f32le", "pipe:1"],
  ];
}

/** A decoder that gives nothing for so long is stuck: it decodes hours in that time. */
const STALL_MS = 30_000;

/** Bytes as they come, from a decoder that is ended when it gives none for too long. */
async function* watched(bytes: AsyncIterable<Buffer>, end: () => void): AsyncGenerator<Buffer> {
  const chunks = bytes[Symbol.asyncIterator]();
  for (;;) {
    const timer = setTimeout(end, STALL_MS);
    const { done, value } = await chunks.next().finally(() => clearTimeout(timer));
    if (done === true) return;
    yield value;
  }
}

/** Whole frames of two channels, however the bytes come. */
async function* floats(bytes: AsyncIterable<Buffer>): AsyncGenerator<Float32Array> {
  let rest = Buffer.alloc(0);
  for await (const chunk of bytes) {
    const all = rest.length === 0 ? chunk : Buffer.concat([rest, chunk]);
    const whole = all.length - (all.length % BYTES_PER_FRAME);
    rest = Buffer.from(all.subarray(whole));
    if (whole === 0) continue;
    // A copy: a view of floats has to begin at a multiple of four.
    const copy = new Uint8Array(all.subarray(0, whole));
    yield new Float32Array(copy.buffer);
  }
}

/**
 * Decodes a source's file from a sample on, to its end, in blocks of two channels at the mix's rate. The decoder ends
 * when nobody takes blocks any more.
 * @throws RunError
 */
export async function* decodeSound(
  source: SoundFile,
  from: number,
  { ffmpeg, deadline, signal }: DecodeBounds,
): AsyncGenerator<Float32Array> {
  const stopped = new AbortController();
  const opened = Promise.withResolvers<Readable>();
  const ended = ahead(
    runOnMedia(ffmpeg, decodeArguments(source, from), {
      deadline,
      signal: AbortSignal.any([signal, stopped.signal]),
      onOutput: opened.resolve,
    }),
  );
  const bytes = await opened.promise;
  try {
    let isStuck = false;
    const end = (): void => {
      isStuck = true;
      stopped.abort();
    };
    yield* floats(watched(bytes, end));
    if (isStuck) throw new RunError(`nothing was decoded within ${STALL_MS / 1_000} s`);
    await ended;
  } finally {
    stopped.abort();
    // What nobody reads would keep the decoder's end from being seen.
    bytes.destroy();
    // It has been told to end, or has said how it ended.
    await ended.catch(() => undefined);
  }
}

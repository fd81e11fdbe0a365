import { type Check, framesToSeconds } from "@framewright/contract";

import type { Expectation } from "../outputs/record.ts";
import { check, checkSeconds } from "./check.ts";
import type { DecodeSource } from "./decode.ts";
import type { FileInspection } from "./inspect-file.ts";
import { readWebp } from "./read-webp.ts";

/** Times are whole milliseconds, and the last one is as long as the others are on average. */
const TOLERANCE_SECONDS = 0.002;
const ALPHA_TOLERANCE = 24;

function stills(pictures: readonly Buffer[]): DecodeSource {
  return {
    arguments: ["-f", "webp_pipe", "-i", "pipe:0"],
    async *input() {
      yield* pictures;
    },
  };
}

/** Checks an animated WebP, in which frames that equal the one before are one with it. */
export async function webpChecks(file: FileInspection, expected: Expectation): Promise<Check[]> {
  const { output, fps, width, height } = expected;
  const { frames, hasAlpha, plays, ...size } = await readWebp(file.path);
  const pictures = frames.map(({ still }) => still);
  const decoded = await file.decodedPart(stills(pictures), false);
  const seconds = frames.reduce((sum, { milliseconds }) => sum + milliseconds, 0) / 1_000;
  const checks = [
    check("size", `${width}x${height}`, `${size.width}x${size.height}`),
    check("plays", output.loop ?? 0, plays),
    checkSeconds("duration", framesToSeconds(expected.frames, fps), seconds, TOLERANCE_SECONDS),
    check("decoded frames", frames.length, decoded.frames),
  ];
  const [captured] = expected.alpha ?? [];
  if (!output.transparent || captured === undefined) return checks;
  const { alpha } = await file.decodedPart(stills(pictures.slice(0, 1)), true);
  const [first] = alpha;
  const isNear =
    first !== undefined &&
    Math.abs(first.min - captured.min) <= ALPHA_TOLERANCE &&
    Math.abs(first.max - captured.max) <= ALPHA_TOLERANCE;
  const isOpaque = captured.min === 255 && !hasAlpha;
  return [...checks, check("as transparent as captured", "yes", isNear || isOpaque ? "yes" : "no")];
}

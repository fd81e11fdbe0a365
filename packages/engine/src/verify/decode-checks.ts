import type { Check } from "@framewright/contract";

import type { CapturedAlpha, Expectation } from "../outputs/record.ts";
import { check } from "./check.ts";
import type { Decoded, DecodedAlpha } from "./decode.ts";

/** Levels by which transparency may come out changed: edges are smoothed where a codec loses something. */
const ALPHA_TOLERANCE = 24;

/** What there is to see where a pixel is either there or not. */
function oneBit({ frame, min, max }: CapturedAlpha): CapturedAlpha {
  const shown = (alpha: number): number => (alpha < 128 ? 0 : 255);
  return { frame, min: shown(min), max: shown(max) };
}

function isNear(captured: CapturedAlpha, decoded: DecodedAlpha | undefined): boolean {
  return (
    decoded !== undefined &&
    Math.abs(captured.min - decoded.min) <= ALPHA_TOLERANCE &&
    Math.abs(captured.max - decoded.max) <= ALPHA_TOLERANCE
  );
}

/** Every frame can be decoded, and is as transparent as it was in the browser. */
export function decodeChecks({ frames, alpha }: Decoded, expected: Expectation, isOneBit = false): Check[] {
  const counted = check("decoded frames", expected.frames, frames);
  if (!expected.output.transparent) return [counted];
  const captured = (expected.alpha ?? []).map((one) => (isOneBit ? oneBit(one) : one));
  const kept = captured.filter((one) => isNear(one, alpha[one.frame]));
  return [
    counted,
    check("frames with transparency", expected.frames, alpha.length),
    check("as transparent as captured", `${captured.length} frames`, `${kept.length} frames`),
  ];
}

import { type Check, framesToSeconds } from "@framewright/contract";

import type { Expectation } from "../outputs/record.ts";
import { check, checkSeconds } from "./check.ts";
import { decodeChecks } from "./decode-checks.ts";
import type { FileInspection } from "./inspect-file.ts";
import { type ExpectedStream, pictureChecks } from "./stream-checks.ts";

/** Checks pictures that each last for a time of their own, in so many units a second. */
export async function animationChecks(
  file: FileInspection,
  expected: Expectation,
  stream: ExpectedStream,
  timescale: number,
): Promise<Check[]> {
  const { frames, fps } = expected;
  let packets = 0;
  let inPlace = 0;
  let end = 0;
  await file.packets(({ pts, duration }) => {
    // Half a unit is lost by rounding; a reader may lose as much again.
    if (Math.abs(pts - framesToSeconds(packets, fps) * timescale) <= Math.max(1, timescale / 1_000))
      inPlace++;
    packets++;
    end = pts + duration;
  });
  return [
    ...pictureChecks(expected, stream, await file.video()),
    check("packets", frames, packets),
    check("frames at their time", frames, inPlace),
    checkSeconds("duration", framesToSeconds(frames, fps), end / timescale, 1 / Math.min(timescale, 1_000)),
    ...decodeChecks(await file.decoded(expected.output.transparent), expected, stream.codec === "gif"),
  ];
}

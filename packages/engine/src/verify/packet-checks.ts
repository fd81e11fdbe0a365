import type { Check } from "@framewright/contract";

import type { Expectation } from "../outputs/record.ts";
import type { Clock } from "../outputs/clock.ts";
import { check } from "./check.ts";
import type { FileInspection } from "./inspect-file.ts";

/** Counts packets, and the frames whose time is not where the plan puts it. */
export async function packetChecks(
  file: FileInspection,
  { frames }: Expectation,
  { timescale, tolerance, startOf }: Clock,
): Promise<Check[]> {
  const timeBase = (await file.video())?.time_base ?? "";
  const seen = new Set<number>();
  let packets = 0;
  let first: boolean | null = null;
  await file.packets(({ pts, key }) => {
    first ??= key;
    packets++;
    seen.add(pts);
  });
  let inPlace = 0;
  for (let frame = 0; frame < frames; frame++) {
    const start = startOf(frame);
    const isThere = (off: number): boolean => seen.has(start - off) || seen.has(start + off);
    if (Array.from({ length: tolerance + 1 }, (_, off) => off).some(isThere)) inPlace++;
  }
  return [
    check("packets", frames, packets),
    check("time base", `1/${timescale}`, timeBase),
    check("frames at their time", frames, inPlace),
    check("starts with a key frame", "yes", first === true ? "yes" : "no"),
  ];
}

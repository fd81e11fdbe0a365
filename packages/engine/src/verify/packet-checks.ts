import type { Check } from "@framewright/contract";

import type { Expectation } from "../outputs/record.ts";
import { frameUnits, timescaleOf } from "../outputs/time-scale.ts";
import { check } from "./check.ts";
import type { FileInspection } from "./inspect-file.ts";

/** Counts packets, and the frames whose time is not where the plan puts it. */
export async function packetChecks(file: FileInspection, { fps, frames }: Expectation): Promise<Check[]> {
  const timeBase = (await file.video())?.time_base ?? "";
  const units = frameUnits(fps);
  const seen = new Set<number>();
  let packets = 0;
  let first: boolean | null = null;
  await file.packets(({ pts, key }) => {
    first ??= key;
    packets++;
    if (pts % units === 0) seen.add(pts / units);
  });
  let inPlace = 0;
  for (let frame = 0; frame < frames; frame++) if (seen.has(frame)) inPlace++;
  return [
    check("packets", frames, packets),
    check("time base", `1/${timescaleOf(fps)}`, timeBase),
    check("frames at their time", frames, inPlace),
    check("starts with a key frame", "yes", first === true ? "yes" : "no"),
  ];
}

import { type Check, framesToSeconds } from "@framewright/contract";

import type { Expectation } from "../outputs/record.ts";
import { check } from "./check.ts";
import { durationOf } from "./stream-checks.ts";
import type { FileInspection, StreamInspection } from "./inspect-file.ts";

/** Fainter than this is silence to any ear: 60 dB below full scale. */
const SILENCE = 1e-3;
/** How much of its loudest sample a codec may lose. */
const KEPT = 0.5;

/** How long the sound is, as an answer to whether it ends within a frame of the picture. */
function ending(stream: StreamInspection | undefined, { frames, fps }: Expectation): string {
  if (stream === undefined) return "there is none";
  const [found, wanted] = [durationOf(stream), framesToSeconds(frames, fps)];
  const isNear = Math.abs(found - wanted) <= framesToSeconds(1, fps);
  return isNear ? "yes" : `${found.toFixed(3)} s beside ${wanted.toFixed(3)} s`;
}

/** What a file must hold of the sound that was mixed for it. */
export async function soundChecks(
  file: FileInspection,
  expected: Expectation,
  codec: string,
): Promise<Check[]> {
  const { sound } = expected;
  if (!sound) return [];
  const stream = (await file.streams()).find(({ codec_type: type }) => type === "audio");
  const peak = sound.peak < SILENCE ? 0 : await file.soundPeak();
  const isHeard = sound.peak < SILENCE || peak >= sound.peak * KEPT;
  return [
    check("sound codec", codec, stream?.codec_name ?? "none"),
    check("sound channels", "2 at 48000 Hz", `${stream?.channels ?? 0} at ${stream?.sample_rate ?? 0} Hz`),
    check("sound is as long as the picture", "yes", ending(stream, expected)),
    check("sound is as loud as it was mixed", "yes", isHeard ? "yes" : `at most ${peak.toFixed(3)}`),
  ];
}

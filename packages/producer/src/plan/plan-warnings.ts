import { framesToSeconds, type Fps, type Warning } from "@framewright/contract";
import type { Probe } from "@framewright/engine";
import type { LibraryReport } from "@framewright/local-cdn";

import type { RefusedRequest } from "../files/egress-record.ts";
import type { Duration } from "./duration-guard.ts";
import { pageWarnings } from "./page-warnings.ts";
import { shortenWarnings } from "./shorten-warnings.ts";

/** A timeline that goes on after the declared length is cut there: allowed, but worth knowing. */
function cutWarning({ declarations }: Probe, duration: Duration, fps: Fps): Warning[] {
  if (duration.source === "timeline") return [];
  const timeline = declarations.durations.find(({ source }) => source === "timeline");
  const seconds = Number(timeline?.seconds.text ?? 0);
  if (!Number.isFinite(seconds) || declarations.endless.length > 0) return [];
  if (seconds <= duration.seconds + framesToSeconds(1, fps)) return [];
  return [
    {
      code: "timeline-cut",
      message: `The timeline is ${seconds} s long; the video ends after the declared ${duration.seconds} s.`,
      remedy: "Raise data-duration when the end of the timeline is wanted.",
    },
  ];
}

interface Asked {
  readonly fps: Fps;
  /** The length that the request gives, in seconds. */
  readonly requestedSeconds?: number | undefined;
}

/** The request gives a length to a composition that has one. */
function lengthWarning(duration: Duration, { fps, requestedSeconds }: Asked): Warning[] {
  if (requestedSeconds === undefined || duration.source === "request") return [];
  if (Math.abs(requestedSeconds - duration.seconds) <= framesToSeconds(1, fps)) return [];
  return [
    {
      code: "duration-declared",
      message: `The request's \`duration\` of ${requestedSeconds} s is not used: the composition declares ${duration.seconds} s.`,
      remedy: "Leave `duration` out, change what the composition declares, or ask for a part with `range`.",
    },
  ];
}

/** Everything that may show in the result without stopping the render. */
export function planWarnings(
  probe: Probe,
  refused: readonly RefusedRequest[],
  libraries: LibraryReport,
  duration: Duration,
  asked: Asked,
): Warning[] {
  return shortenWarnings([
    ...probe.declarations.warnings,
    ...lengthWarning(duration, asked),
    ...cutWarning(probe, duration, asked.fps),
    ...probe.findings.told,
    ...pageWarnings(probe, refused, libraries),
  ]);
}

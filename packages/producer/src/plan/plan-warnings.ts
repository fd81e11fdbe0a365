import { framesToSeconds, type Fps, type Warning } from "@framewright/contract";
import type { Probe } from "@framewright/engine";

import type { RefusedRequest } from "../files/egress-record.ts";
import type { Duration } from "./duration-guard.ts";
import { requestWarnings } from "./request-warnings.ts";

/** Enough to see what is wrong; the rest is more of the same. */
const MAX_WARNINGS = 40;

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

/** As many as are read; what is left out is named in a last one. */
function shorten(warnings: readonly Warning[]): Warning[] {
  if (warnings.length <= MAX_WARNINGS) return [...warnings];
  const rest = warnings.slice(MAX_WARNINGS - 1).map(({ code }) => code);
  const counts = [...new Set(rest)].map((code) => `${rest.filter((other) => other === code).length} ${code}`);
  return [
    ...warnings.slice(0, MAX_WARNINGS - 1),
    {
      code: "more-warnings",
      message: `At least ${rest.length} more warnings are left out: ${counts.join(", ")}.`,
      remedy: "Correct the others first; what remains then shows.",
    },
  ];
}

/** Everything that may show in the result without stopping the render; the page's own first, for requests are many. */
export function planWarnings(
  probe: Probe,
  refused: readonly RefusedRequest[],
  duration: Duration,
  fps: Fps,
): Warning[] {
  return shorten([
    ...probe.declarations.warnings,
    ...cutWarning(probe, duration, fps),
    ...probe.uncaught.map((text) => ({
      code: "page-error",
      message: `A script of the page threw: ${text}`,
      remedy: "Correct the script; what it should have drawn may be missing.",
    })),
    ...probe.workers.map((url) => ({
      code: "worker-clock",
      message: `The page runs the worker ${url}, whose clock is the real one.`,
      remedy:
        "Move what depends on time out of the worker, or send it the time; the video may differ from run to run.",
    })),
    ...requestWarnings(probe.failedRequests, refused),
  ]);
}

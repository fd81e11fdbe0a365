import { framesToSeconds, type Fps, type Warning } from "@framewright/contract";
import type { Probe } from "@framewright/engine";

import type { Duration } from "./duration-guard.ts";

/** Enough to see what is wrong; the rest is more of the same. */
const MAX_WARNINGS = 40;

function requestWarning({ url, reason, refused }: Probe["failedRequests"][number]): Warning {
  return refused
    ? {
        code: "request-refused",
        message: `The page asked for ${url}, which is not allowed.`,
        remedy: `Ship the file with the project, or add ${hostOf(url)} to PRODUCER_ALLOWED_HOSTS.`,
      }
    : {
        code: "request-failed",
        message: `The page asked for ${url}, which failed: ${reason}.`,
        remedy: "Correct the address, or add the missing file to the project.",
      };
}

function hostOf(url: string): string {
  return URL.canParse(url) ? new URL(url).host : "its host";
}

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

/** Everything that may show in the result without stopping the render. */
export function planWarnings(probe: Probe, duration: Duration, fps: Fps): Warning[] {
  return [
    ...probe.declarations.warnings,
    ...cutWarning(probe, duration, fps),
    ...probe.workers.map((url) => ({
      code: "worker-clock",
      message: `The page runs the worker ${url}, whose clock is the real one.`,
      remedy:
        "Move what depends on time out of the worker, or send it the time; the video may differ from run to run.",
    })),
    ...probe.failedRequests.map(requestWarning),
    ...probe.uncaught.map((text) => ({
      code: "page-error",
      message: `A script of the page threw: ${text}`,
      remedy: "Correct the script; what it should have drawn may be missing.",
    })),
  ].slice(0, MAX_WARNINGS);
}

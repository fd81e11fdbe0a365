import type { RenderCounts, RenderObserver } from "../renders/observer.ts";
import type { Heartbeat } from "./heartbeat.ts";
import type { UntouchedWork } from "./untouched-work.ts";

/** Lets health see what happens to renders, on its way to the metrics. */
export function observeRenders(
  metrics: RenderCounts,
  heartbeat: Pick<Heartbeat, "declare">,
  work: Pick<UntouchedWork, "moved">,
): RenderObserver {
  return {
    started: (waitedMs) => {
      work.moved();
      metrics.started(waitedMs);
    },
    stage: (renderId, stage) => {
      heartbeat.declare(`${stage} of render ${renderId}`);
      work.moved();
    },
    progressed: work.moved,
    chunkEnded: (outcome, frames) => {
      work.moved();
      metrics.chunkEnded(outcome, frames);
    },
    ended: (render) => {
      work.moved();
      metrics.ended(render);
    },
  };
}

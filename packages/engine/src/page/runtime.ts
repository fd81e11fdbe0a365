import type { PageConfig, PageRuntime, Pending } from "../page-protocol.ts";
import {
  adaptersPending,
  installAdapters,
  seekAfterTimelines,
  seekBeforeTimelines,
} from "./adapters/adapters.ts";
import { installPlayer } from "./adapters/player.ts";
import { installAnimations, syncAnimations } from "./animations.ts";
import { advance } from "./clock.ts";
import { compositionStart, installClips, seekClips } from "./clips.ts";
import { rootTimeline, timelines } from "./composition.ts";
import { declarations, isDeclared } from "./declarations.ts";
import { installClock } from "./install-clock.ts";
import { macrotask } from "./native.ts";
import { pending, waitUntil } from "./pending.ts";
import { findDeclaredRoots, allElements, installRoots } from "./roots.ts";
import { installRequests } from "./requests.ts";
import { installFrameNeeds, needsFrames } from "./frame-needs.ts";
import { installRandom } from "./random.ts";
import { installVariables } from "./variables.ts";

declare global {
  interface Window {
    __framewright?: PageRuntime;
  }
}

/** Steps of the lead-in: a display's usual rate. */
const LEAD_IN_STEPS_PER_SECOND = 60;
const LEAD_IN_MAX_STEPS = 600;

/** GSAP does not render what stands at the very start of a timeline until its time has moved. */
const AFTER_START_SECONDS = 1e-5;

async function seek(seconds: number): Promise<void> {
  seekClips(seconds);
  await seekBeforeTimelines(seconds);
  const root = rootTimeline();
  for (const [id, timeline] of timelines()) {
    timeline.pause?.();
    const local = timeline === root ? seconds : Math.max(0, seconds - compositionStart(id));
    timeline.seek(Math.max(local, AFTER_START_SECONDS), false);
  }
  await window.__hf?.seek?.(seconds);
  await seekAfterTimelines(seconds);
}

/** Frames inside the page that come from the same snapshot keep the same time. */
function childRuntimes(): PageRuntime[] {
  return allElements("iframe").flatMap((frame) => {
    try {
      return frame.contentWindow?.__framewright ?? [];
    } catch {
      // A frame of another origin has no runtime, and none that could be reached.
      return [];
    }
  });
}

function createRuntime({ fps, variables, isLengthGiven }: PageConfig): PageRuntime {
  let leadInMs = 0;
  let leadInSteps = 0;
  let lastFrame = -1;
  /** A frame that comes later begins with its own frame 0. */
  const firstFrames = new WeakMap<PageRuntime, number>();
  const firstFrameOf = (child: PageRuntime, frame: number): number => {
    const first = firstFrames.get(child) ?? frame;
    firstFrames.set(child, first);
    return first;
  };

  const allPending = (): Pending => {
    if (lastFrame < 0) findDeclaredRoots();
    syncAnimations();
    return [...adaptersPending(), ...pending(), ...childRuntimes().flatMap((child) => child.pending())];
  };

  const step = async (frame: number): Promise<void> => {
    const timeMs = (frame * 1000 * fps.den) / fps.num;
    await advance(leadInMs + timeMs, async () => {
      await seek(timeMs / 1000);
      // As in any browser, animations have moved before the frame's callbacks look at them.
      syncAnimations();
    });
    await Promise.all(childRuntimes().map((child) => child.stepTo(frame - firstFrameOf(child, frame))));
    syncAnimations();
  };

  return {
    pending: allPending,
    waitUntil,
    declarations: () => declarations(leadInMs, variables),
    leadIn: async () => {
      if (isLengthGiven === true || isDeclared() || leadInSteps >= LEAD_IN_MAX_STEPS) return false;
      leadInMs = (++leadInSteps * 1000) / LEAD_IN_STEPS_PER_SECOND;
      await advance(leadInMs, async () => syncAnimations());
      syncAnimations();
      return true;
    },
    stepTo: async (frame) => {
      while (lastFrame < frame) await step(++lastFrame);
      await macrotask();
      return allPending();
    },
    skipTo: async (frame) => {
      do await step(++lastFrame);
      while (lastFrame < frame && !needsFrames());
      return lastFrame;
    },
  };
}

function install(config: PageConfig): void {
  if (window.__framewright) return;
  installFrameNeeds();
  installRequests();
  installRoots();
  installClips();
  installClock();
  installRandom();
  installAnimations();
  installVariables(config.variables);
  installAdapters();
  installPlayer();
  // A second window would never be drawn, and would hold up the first one's frames.
  window.open = () => null;
  Object.defineProperty(window, "__framewright", { value: Object.freeze(createRuntime(config)) });
}

/** Replaced by the script that carries the runtime. */
declare const __FRAMEWRIGHT_CONFIG__: PageConfig;

install(__FRAMEWRIGHT_CONFIG__);
document.currentScript?.remove();

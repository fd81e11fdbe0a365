import { seekAfterTimelines, seekBeforeTimelines } from "../adapters/adapters.ts";
import { moveMedia } from "../media/media-clock.ts";
import { lengthOf, type Timeline } from "../timeline.ts";
import { localSeconds, type TreeNode } from "./node.ts";
import { type Registered, registeredTimelines, rootTimeline } from "./registry.ts";
import { roundSeconds } from "./timing.ts";
import { currentTree, type Tree } from "./tree.ts";
import { keepShown, showClips } from "./visibility.ts";

/** GSAP does not render what stands at the very start of a timeline until its time has moved. */
const AFTER_START_SECONDS = 1e-5;

function seekTimeline(timeline: Timeline, seconds: number): void {
  timeline.pause?.();
  timeline.seek(Math.max(roundSeconds(seconds), AFTER_START_SECONDS), false);
}

/** The composition that a timeline belongs to; undefined when its name is no composition's. */
function ownerOf({ id, instance }: Registered, { nodes, byElement }: Tree): TreeNode | undefined {
  if (instance) {
    const own = instance.ids.has(id) ? byElement.get(instance.host) : undefined;
    if (own) return own;
  }
  const named = nodes.filter(({ element }) => element.getAttribute("data-composition-id") === id);
  return named.find(({ element }) => instance?.host.contains(element) ?? true);
}

/** A nested timeline stands still at its end; nobody else need know what lies beyond it. */
function withinTimeline(timeline: Timeline, seconds: number): number {
  const length = lengthOf(timeline);
  return typeof length === "number" && length > 0 ? Math.min(seconds, length) : seconds;
}

function seekTimelines(seconds: number): void {
  const tree = currentTree();
  const registered = registeredTimelines();
  const root = rootTimeline(registered);
  if (root) seekTimeline(root.timeline, seconds);
  for (const each of registered) {
    if (each === root) continue;
    const owner = ownerOf(each, tree);
    const local = owner ? localSeconds(owner, seconds) : seconds;
    seekTimeline(each.timeline, withinTimeline(each.timeline, local));
  }
}

/** Brings everything that is a function of time to a second of the video. */
export async function seek(seconds: number): Promise<void> {
  showClips(seconds);
  await moveMedia(seconds);
  await seekBeforeTimelines(seconds);
  seekTimelines(seconds);
  await window.__hf?.seek?.(seconds);
  await seekAfterTimelines(seconds);
  keepShown();
}

import { native } from "./native.ts";
import { type ChildRuntime, remoteRuntime } from "./remote-frame.ts";
import { allRoots } from "./roots.ts";

/** Kept before a variable of the page takes the name. */
const length = Object.getOwnPropertyDescriptor(window, "length");

function inDocument(): Window[] {
  const count = Number(length?.get?.call(window) ?? 0);
  return Array.from({ length: count }, (_, index) => window[index]).filter((frame) => frame !== undefined);
}

/** Frames in shadow trees are none of the window's. */
function inShadowTrees(): Window[] {
  return allRoots()
    .slice(1)
    .flatMap((root) => [...root.querySelectorAll<HTMLIFrameElement | HTMLObjectElement>("iframe, object")])
    .flatMap((element) => element.contentWindow ?? []);
}

function runtimeOf(frame: Window): ChildRuntime | undefined {
  try {
    return frame.__framewright ?? remoteRuntime(frame);
  } catch {
    // A frame of another origin: when it is the composition's, it has made itself known.
    return remoteRuntime(frame);
  }
}

/** Frames inside the page that belong to the composition: iframes, objects and embeds. */
export function childRuntimes(): ChildRuntime[] {
  return [...inDocument(), ...inShadowTrees()].flatMap((frame) => runtimeOf(frame) ?? []);
}

const POLL_MS = 20;

/** What a frame was asked to do, or its end: the promises of a document that is replaced never settle. */
async function orGone(child: ChildRuntime, work: Promise<unknown>): Promise<unknown> {
  const pending = new Set([work]);
  const end = (): void => void pending.delete(work);
  work.then(end, end);
  const gone = async (): Promise<void> => {
    while (pending.size > 0 && childRuntimes().includes(child))
      await new Promise((resolve) => native.setTimeout(resolve, POLL_MS));
  };
  return Promise.race([work, gone()]);
}

/** Steps the frames inside the page. One that comes later begins with its own frame 0. */
export function createChildren(): {
  stepTo(frame: number): Promise<unknown>;
  linger(frame: number): Promise<unknown>;
} {
  const firstFrames = new WeakMap<ChildRuntime, number>();
  const stepChild = (child: ChildRuntime, frame: number): Promise<unknown> => {
    const first = firstFrames.get(child) ?? frame;
    firstFrames.set(child, first);
    return orGone(child, child.stepTo(frame - first));
  };
  const isStepped = (child: ChildRuntime, frame: number): boolean => frame < 0 || firstFrames.has(child);
  return {
    stepTo: (frame) => Promise.all(childRuntimes().map((child) => stepChild(child, frame))),
    // One that has come while the page's frame waited begins with that frame.
    linger: (frame) =>
      Promise.all(
        childRuntimes().map((child) =>
          isStepped(child, frame) ? orGone(child, child.linger()) : stepChild(child, frame),
        ),
      ),
  };
}

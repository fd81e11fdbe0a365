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

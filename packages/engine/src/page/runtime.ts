import type { PageConfig, PageRuntime, PendingWork } from "../page-protocol.ts";
import { adaptersPending, installAdapters } from "./adapters/adapters.ts";
import { installPlayer } from "./adapters/player.ts";
import { installAnimations } from "./animation-api.ts";
import { adoptStarted, moveAnimations, syncAnimations } from "./animations.ts";
import { installCanvasBlobs } from "./canvas-blobs.ts";
import { awaited, waitUntil } from "./awaited.ts";
import { installBrowserEvents } from "./browser-events.ts";
import { installBrowserWork } from "./browser-work.ts";
import { advance, isSeeking, linger } from "./clock.ts";
import { declarations } from "./declarations.ts";
import { installClock } from "./install-clock.ts";
import { leadIn, leadInMs } from "./lead-in.ts";
import { loading } from "./loading.ts";
import { macrotask } from "./native.ts";
import { installSvgs, syncSvgs } from "./smil.ts";
import { findDeclaredRoots, allElements, installRoots } from "./roots.ts";
import { fontUse } from "./fonts/font-use.ts";
import { watchCanvases } from "./fonts/texts.ts";
import { installFrameNeeds, needsFrames } from "./frame-needs.ts";
import { finishNested, isParsed, mountNested } from "./nested/nested.ts";
import { installRandom } from "./random.ts";
import { installRegistry } from "./tree/registry.ts";
import { seek } from "./tree/seek.ts";
import { currentTree, installTree } from "./tree/tree.ts";
import { installVisibility } from "./tree/visibility.ts";
import { applyDocumentVariables, bindVariables } from "./variables/bind.ts";
import { installVariables } from "./variables/declared.ts";

declare global {
  interface Window {
    __framewright?: PageRuntime;
  }
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
  let lastFrame = -1;
  /** A frame that comes later begins with its own frame 0. */
  const firstFrames = new WeakMap<PageRuntime, number>();
  const firstFrameOf = (child: PageRuntime, frame: number): number => {
    const first = firstFrames.get(child) ?? frame;
    firstFrames.set(child, first);
    return first;
  };

  const allAwaited = (): string[] => [...adaptersPending(), ...awaited()];

  const pending = (): PendingWork => {
    const all = [
      { loading: loading(), awaited: allAwaited() },
      ...childRuntimes().map((child) => child.pending()),
    ];
    return {
      loading: all.flatMap((each) => each.loading),
      awaited: all.flatMap((each) => each.awaited),
    };
  };

  const step = async (frame: number): Promise<void> => {
    const timeMs = (frame * 1000 * fps.den) / fps.num;
    // What the browser's last frame has set going, by an event say, began in that frame.
    adoptStarted();
    await advance(leadInMs() + timeMs, async () => {
      await seek(timeMs / 1000);
      // As in any browser, animations have moved before the frame's callbacks look at them.
      moveAnimations();
      syncSvgs();
    });
    await Promise.all(childRuntimes().map((child) => child.stepTo(frame - firstFrameOf(child, frame))));
    syncAnimations();
    syncSvgs();
  };

  return {
    pending: () => {
      if (lastFrame < 0) findDeclaredRoots();
      syncAnimations();
      syncSvgs();
      return pending();
    },
    waitUntil,
    declarations: () => declarations(leadInMs(), variables),
    fontUse: () => [...fontUse(), ...childRuntimes().flatMap((child) => child.fontUse())],
    leadIn: async () => {
      const states = await Promise.all([
        leadIn(allAwaited().length > 0, isLengthGiven === true),
        ...childRuntimes().map((child) => child.leadIn()),
      ]);
      return (
        states.find((state) => state === "moved") ?? states.find((state) => state === "stands") ?? "ready"
      );
    },
    linger: async () => {
      if (pending().loading.length === 0 && allAwaited().length > 0) await linger();
      await Promise.all(childRuntimes().map((child) => child.linger()));
      return pending();
    },
    busyWith: () => {
      const { loading, awaited } = pending();
      return [...(isSeeking() ? ["the promise of a seek"] : []), ...awaited, ...loading];
    },
    stepTo: async (frame) => {
      while (lastFrame < frame) await step(++lastFrame);
      await macrotask();
      const { loading, awaited } = pending();
      return [...loading, ...awaited];
    },
    skipTo: async (frame) => {
      do await step(++lastFrame);
      while (lastFrame < frame && !needsFrames() && allAwaited().length === 0);
      return lastFrame;
    },
  };
}

/** What the document gets while it is read: nested compositions, variables, and its layout once it is there. */
function installDocument({ num, den }: PageConfig["fps"]): void {
  installTree(num / den, () => {
    mountNested();
    if (document.readyState !== "loading") return;
    applyDocumentVariables();
    bindVariables(document, isParsed);
  });
  const onParsed = (): void => {
    applyDocumentVariables();
    bindVariables(document);
    finishNested();
    currentTree();
  };
  document.addEventListener("readystatechange", onParsed, { once: true });
}

function install(config: PageConfig): void {
  if (window.__framewright) return;
  watchCanvases();
  installFrameNeeds();
  installBrowserWork();
  installBrowserEvents();
  installCanvasBlobs();
  installRoots();
  installRegistry();
  installVisibility();
  installClock();
  installRandom();
  installAnimations();
  installSvgs();
  installVariables(config.variables);
  installAdapters();
  installPlayer();
  installDocument(config.fps);
  // A second window would never be drawn, and would hold up the first one's frames.
  window.open = () => null;
  Object.defineProperty(window, "__framewright", { value: Object.freeze(createRuntime(config)) });
}

/** Replaced by the script that carries the runtime. */
declare const __FRAMEWRIGHT_CONFIG__: PageConfig;

install(__FRAMEWRIGHT_CONFIG__);
document.currentScript?.remove();

import type { HiddenTrees, LeadIn, PageConfig, PageRuntime, PendingWork } from "../page-protocol.ts";
import { adaptersPending, installAdapters } from "./adapters/adapters.ts";
import { installPlayer } from "./adapters/player.ts";
import { installAudio } from "./audio.ts";
import { installAnimations } from "./animation-api.ts";
import { adoptStarted, moveAnimations, syncAnimations } from "./animations.ts";
import { installCanvasBlobs } from "./canvas-blobs.ts";
import { awaited, waitUntil } from "./awaited.ts";
import { installBrowserEvents } from "./browser-events.ts";
import { installBrowserWork } from "./browser-work.ts";
import { advance, isSeeking, linger } from "./clock.ts";
import { countsFrames } from "./counts-frames.ts";
import { declarations } from "./declarations.ts";
import { installClock } from "./install-clock.ts";
import { leadIn, leadInMs } from "./lead-in.ts";
import { loading, watchFonts } from "./loading.ts";
import { macrotask } from "./native.ts";
import { installSvgs, syncSvgs } from "./smil.ts";
import { addRoot, findDeclaredRoots, hidesRoots, installRoots, rootsShown } from "./roots.ts";
import { childRuntimes, createChildren } from "./child-frames.ts";
import { forceCommit } from "./commit.ts";
import { keepCaretSteady } from "./caret.ts";
import { keepOwnStyles } from "./own-styles.ts";
import { listenForFrames, offerToParent } from "./remote-frame.ts";
import { installFrameNeeds, needsFrames as pageNeedsFrames } from "./frame-needs.ts";
import { createInspector, installFindings } from "./findings/inspector.ts";
import { fontUse } from "./fonts/font-use.ts";
import { watchCanvases } from "./fonts/texts.ts";
import { installMedia } from "./media/install-media.ts";
import { noteLevels, recordedLevels, recordLevels } from "./media/levels.ts";
import { mediaElements } from "./media/media-elements.ts";
import { picturesShown, readsPictures, skipPictures } from "./media/pictures.ts";
import { installVolume, mayVolumesChange } from "./media/volume.ts";
import { loadText } from "./nested/load-file.ts";
import { finishNested, isParsed, mountNested } from "./nested/nested.ts";
import { installRandom } from "./random.ts";
import { installRegistry } from "./tree/registry.ts";
import { seek } from "./tree/seek.ts";
import { currentTree, installTree } from "./tree/tree.ts";
import { installVisibility } from "./tree/visibility.ts";
import { applyDocumentVariables, bindVariables } from "./variables/bind.ts";
import { installVariables } from "./variables/declared.ts";
import { installWindowSize } from "./window-size.ts";

declare global {
  interface Window {
    __framewright?: PageRuntime;
  }
}

const HIDDEN_TREES: HiddenTrees = "hidden shadow trees";

/** Brings what is new in the page to the present time as well. */
function sync(): void {
  keepOwnStyles();
  syncAnimations();
  syncSvgs();
}

function allRootsShown(): void {
  rootsShown();
  for (const child of childRuntimes()) child.rootsShown();
}

/** The page is as far as the frame in it that is least far. */
function leastOf(states: readonly LeadIn[]): LeadIn {
  return states.find((state) => state === "moved") ?? states.find((state) => state === "stands") ?? "ready";
}

/** What needs no state of the runtime's own. */
const direct = {
  addRoot,
  rootsShown: allRootsShown,
  waitUntil,
  mediaElements,
  mayVolumesChange: () => mayVolumesChange((url) => loadText(url).text),
  recordLevels,
  recordedLevels,
};

const allAwaited = (): string[] => [...adaptersPending(), ...awaited()];

function needsFrames(): boolean {
  return (
    pageNeedsFrames() ||
    allAwaited().length > 0 ||
    loading().length > 0 ||
    childRuntimes().some((child) => child.needsFrames())
  );
}

const isTimeless = (): boolean =>
  !needsFrames() && childRuntimes().length === 0 && !countsFrames() && !readsPictures();

function createRuntime({ fps, variables, isLengthGiven }: PageConfig): PageRuntime {
  let lastFrame = -1;
  const children = createChildren();

  const pending = (): PendingWork => {
    const all = [
      { loading: [...loading(), ...(hidesRoots() ? [HIDDEN_TREES] : [])], awaited: allAwaited() },
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
    await children.stepTo(frame);
    sync();
    await picturesShown();
    noteLevels(timeMs / 1000);
  };

  return {
    pending: () => {
      if (lastFrame < 0) findDeclaredRoots();
      sync();
      return pending();
    },
    needsFrames,
    inspector: createInspector(() => childRuntimes().flatMap(({ inspector }) => inspector ?? [])),
    declarations: () => declarations(leadInMs(), variables),
    ...direct,
    fontUse: () => [...fontUse(), ...childRuntimes().flatMap((child) => child.fontUse())],
    leadIn: async () =>
      leastOf(
        await Promise.all([
          leadIn(allAwaited().length > 0, isLengthGiven === true),
          ...childRuntimes().map((child) => child.leadIn()),
        ]),
      ),
    linger: async (moves = false) => {
      if (pending().loading.length === 0 && allAwaited().length > 0) await linger();
      await children.linger(lastFrame);
      sync();
      if (moves) forceCommit();
      return pending();
    },
    busyWith: () => {
      const { loading, awaited } = pending();
      return [...(isSeeking() ? ["the promise of a seek"] : []), ...awaited, ...loading];
    },
    stepTo: async (frame, moves = false) => {
      while (lastFrame < frame) await step(++lastFrame);
      if (moves) forceCommit();
      await macrotask();
      const { loading, awaited } = pending();
      return [...loading, ...awaited];
    },
    jumpTo: async (frame) => {
      // What frame 0 sets going is seen after it.
      if (lastFrame < 0 && isTimeless()) await step(++lastFrame);
      if (lastFrame === 0 && isTimeless()) await step((lastFrame = frame));
      return lastFrame;
    },
    skipTo: async (frame, moves = false) => {
      skipPictures(true);
      do await step(++lastFrame);
      while (lastFrame < frame && !needsFrames() && !readsPictures());
      skipPictures(false);
      if (moves) forceCommit();
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

/** In a frame between which and the page there is one of unknown content, the request's variables are nobody's. */
function withVariables(config: PageConfig): PageConfig {
  const isKnown = location.origin !== "null" || ![...location.ancestorOrigins].includes("null");
  return isKnown ? config : { ...config, variables: {} };
}

/** Whether scripts may run in this frame. Where not, whoever called the runtime would wait for ever. */
function hasScripts(): boolean {
  const probe = document.createElement("div");
  // HTML: what stands in it is an element where scripting is disabled, and a text otherwise.
  probe.innerHTML = "<noscript><i></i></noscript>";
  return probe.querySelector("i") === null;
}

function install(config: PageConfig): void {
  if (window.__framewright || !hasScripts()) return;
  listenForFrames();
  watchCanvases();
  installVolume();
  installFrameNeeds();
  // Before the findings, which look at how scripts play media.
  installMedia(config.mediaUrl);
  installFindings();
  installBrowserWork();
  installAudio();
  installBrowserEvents();
  installCanvasBlobs();
  installRoots();
  installRegistry();
  installVisibility();
  keepCaretSteady();
  watchFonts();
  installClock();
  installRandom();
  installWindowSize();
  installAnimations();
  installSvgs();
  installVariables(withVariables(config).variables);
  installAdapters();
  installPlayer();
  installDocument(config.fps);
  // A second window would never be drawn, and would hold up the first one's frames.
  window.open = () => null;
  const runtime = Object.freeze(createRuntime(withVariables(config)));
  Object.defineProperty(window, "__framewright", { value: runtime });
  offerToParent(runtime);
}

/** Replaced by the script that carries the runtime. */
declare const __FRAMEWRIGHT_CONFIG__: PageConfig;

install(__FRAMEWRIGHT_CONFIG__);
document.currentScript?.remove();

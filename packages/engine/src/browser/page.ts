import { ProblemError } from "@framewright/contract";

import { type AnimatedImages, followImages } from "./animated-images.ts";
import { type CommandName, CallTimeout, type Cdp } from "./cdp.ts";
import { type ConsoleLog, openConsoleLog } from "./console-log.ts";
import type { FrameControl } from "./find-browser.ts";
import { followParts } from "./follow-parts.ts";
import { followNetwork, type NetworkLog } from "./network-log.ts";
import type { FrameSpan, PageNews, Seen } from "./seen.ts";
import type { ProtocolMapping } from "devtools-protocol/types/protocol-mapping.js";

type Commands = ProtocolMapping.Commands;

/** Commands of the browser process, which answer at once while it lives. */
const COMMAND_TIMEOUT_MS = 10_000;

export interface Page {
  readonly network: NetworkLog;
  readonly console: ConsoleLog;
  readonly images: AnimatedImages;
  /** What is seen of the page from now on belongs to these frames. Before the first call, it is loading. */
  at(frames: FrameSpan): void;
  news(): PageNews;
  send<M extends CommandName>(
    method: M,
    params: Commands[M]["paramsType"][0],
    deadline?: number,
  ): Promise<Commands[M]["returnType"]>;
  /**
   * Evaluates an expression in the page, awaiting a promise. The result must be JSON.
   * @throws ProblemError `page-script-failed` when it throws, `page-unresponsive` past the deadline
   */
  evaluate(expression: string, deadline: number): Promise<unknown>;
}

export interface OpenOptions {
  readonly frameControl: FrameControl;
  /** Size of the viewport in CSS pixels. */
  readonly width: number;
  readonly height: number;
  readonly deviceScaleFactor: number;
  readonly snapshotOrigin: string;
  readonly onConsole?: ((lines: readonly string[]) => void) | undefined;
}

/** Of a call that only a page's scripts can keep from being answered. @throws ProblemError `page-unresponsive` */
export function namingUnresponsive(console: ConsoleLog): (error: unknown) => never {
  return (error) => {
    if (!(error instanceof CallTimeout)) throw error;
    throw new ProblemError("page-unresponsive", "The page's scripts did not return.", {
      evidence: { console: console.tail() },
    });
  };
}

/** A window is as large on its screen as its size says, whatever the scale of the page in it: it must hold the whole picture. */
function windowSize({ frameControl, width, height, deviceScaleFactor }: OpenOptions): {
  width: number;
  height: number;
} {
  const scale = frameControl === "begin-frame" ? deviceScaleFactor : 1;
  return { width: Math.round(width * scale), height: Math.round(height * scale) };
}

/** Opens the browser's only page: under frame control, a second one would block both. */
export async function attachPage(cdp: Cdp, options: OpenOptions): Promise<Page> {
  const { frameControl, width, height } = options;
  const soon = (): number => Date.now() + COMMAND_TIMEOUT_MS;
  const { targetId } = await cdp.send(
    "Target.createTarget",
    {
      url: "about:blank",
      ...windowSize(options),
      enableBeginFrameControl: frameControl === "begin-frame",
    },
    { deadline: soon() },
  );
  const { sessionId } = await cdp.send(
    "Target.attachToTarget",
    { targetId, flatten: true },
    { deadline: soon() },
  );

  let now: Seen = {};
  const stamp = (): Seen => now;
  const { snapshotOrigin, onConsole } = options;
  const network = followNetwork(cdp, sessionId, { snapshotOrigin, stamp });
  const console = openConsoleLog(cdp, { stamp, onLines: onConsole });
  console.follow(sessionId);
  const images = followImages(cdp, sessionId, stamp);
  const page: Page = {
    network,
    images,
    console,
    at: (frames) => void (now = { frames }),
    news: () => ({
      uncaught: console.uncaught(),
      workers: network.workers(),
      failedRequests: network.failed(),
      animatedDrawings: images.drawings(),
    }),
    send: (method, params, deadline = soon()) => cdp.send(method, params, { deadline, sessionId }),
    evaluate: async (expression, deadline) => {
      const { result, exceptionDetails } = await cdp
        .send(
          "Runtime.evaluate",
          { expression, awaitPromise: true, returnByValue: true },
          { deadline, sessionId },
        )
        .catch(namingUnresponsive(console));
      if (!exceptionDetails) return result.value as unknown;
      const text = exceptionDetails.exception?.description ?? exceptionDetails.text;
      throw new ProblemError("page-script-failed", `A script threw: ${text.slice(0, 500)}`, {
        evidence: { console: console.tail() },
      });
    },
  };
  watch(cdp, sessionId, page);
  await Promise.all([
    page.send("Page.enable", {}),
    page.send("Runtime.enable", undefined),
    page.send("Network.enable", {}),
    page.send("Inspector.enable", undefined),
    // Text that asks for no font says so: otherwise it would name one that it was never given.
    page.send("Page.setFontFamilies", { fontFamilies: { standard: "serif" } }),
    // The browser's own clock moves no animation: the page runtime does.
    page.send("Animation.enable", undefined),
    page.send("Animation.setPlaybackRate", { playbackRate: 0 }),
    followParts(cdp, sessionId, (part) => {
      console.follow(part);
      network.followPart(part);
    }),
    cdp.send("Browser.setDownloadBehavior", { behavior: "deny" }, { deadline: soon() }),
  ]);
  const { deviceScaleFactor } = options;
  if (frameControl === "screenshot" || deviceScaleFactor !== 1) {
    await page.send("Emulation.setDeviceMetricsOverride", {
      width,
      height,
      screenWidth: width,
      screenHeight: height,
      deviceScaleFactor,
      mobile: false,
    });
  }
  return page;
}

/** What may happen to a page at any time: a crash, a dialog, a departure. */
function watch(cdp: Cdp, sessionId: string, page: Page): void {
  const evidence = (): { console: string[] } => ({ console: page.console.tail() });
  cdp.on("Inspector.targetCrashed", sessionId, () => {
    cdp.abort(new ProblemError("page-crashed", "The page's process ended.", { evidence: evidence() }));
  });
  cdp.on("Page.javascriptDialogOpening", sessionId, () => {
    // A dialog would block the page for ever. That the page is gone meanwhile shows elsewhere.
    page.send("Page.handleJavaScriptDialog", { accept: true }).catch(() => undefined);
  });
  let documents = 0;
  cdp.on("Page.frameNavigated", sessionId, ({ frame }) => {
    if (frame.parentId !== undefined || ++documents < 2) return;
    cdp.abort(
      new ProblemError("page-load-failed", "The page navigated away from the composition.", {
        evidence: evidence(),
      }),
    );
  });
}

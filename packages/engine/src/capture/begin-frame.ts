import { setTimeout as sleep } from "node:timers/promises";

import { ProblemError } from "@framewright/contract";

import { CallTimeout } from "../browser/cdp.ts";
import type { Page } from "../browser/page.ts";
import type { FrameSource, ImageFormat } from "./frame-source.ts";

/** Frames that the compositor draws where it draws: no picture leaves the browser. */
export interface FramesOnCommand extends FrameSource {
  /**
   * Draws a frame, or what the page shows while it loads, and says whether anything may differ from what was drawn by the
   * call before.
   * @throws ProblemError `frame-timeout`
   */
  draw(frame: number | undefined, deadline: number): Promise<boolean>;
}

/** What a frame waits for is drawn just before the frame's own time, so that an image begins at that time and not after it. */
const WAITING_US = 250;
/** An animated image shows what is due within this time, and moves in steps of it. */
const INTERVAL_MS = 0.01;
/** Now and then a browser gives no picture; asked again, at hardly a later time, it does. */
const ASKED_AT_MOST = 5;
const AGAIN_AFTER_MS = 20;

/** Frames on command: https://chromedevtools.github.io/devtools-protocol/tot/HeadlessExperimental/ */
export function beginFrameSource(page: Page, intervalMs: number): FramesOnCommand {
  /** The compositor's clock, in microseconds. */
  let ticks = 1_000_000;
  let firstTicks: number | undefined;
  /** Something may have been drawn since `draw` did. */
  let isDrawnOver = true;
  const timedOut =
    (code: "page-unresponsive" | "frame-timeout", detail: string) =>
    (error: unknown): never => {
      if (!(error instanceof CallTimeout)) throw error;
      throw new ProblemError(code, detail, { evidence: { console: page.console.tail() } });
    };
  /** The compositor's clock never goes back, nor does it stand. A frame without a time of its own moves it by the least there is. */
  const moveTo = (microseconds: number): { frameTimeTicks: number; interval: number } => {
    ticks = Math.max(ticks + 1, Math.ceil(microseconds));
    // Cut off to whole microseconds, it must not become the one before.
    return { frameTimeTicks: (ticks + 0.5) / 1_000, interval: INTERVAL_MS };
  };
  const timeOf = (frame: number | undefined): number => {
    if (frame === undefined) return 0;
    // Frame 0 follows at once on what was drawn while the page loaded, as animated images began there.
    firstTicks ??= ticks + 1;
    return firstTicks + frame * intervalMs * 1_000;
  };
  const notDrawn = (frame: number | undefined): ((error: unknown) => never) =>
    timedOut(
      "frame-timeout",
      `${frame === undefined ? "The page" : `Frame ${frame}`} was not drawn in time.`,
    );
  const screenshotOf = ({ codec, quality }: ImageFormat) =>
    codec === "mjpeg"
      ? { format: "jpeg" as const, quality }
      : { format: "png" as const, optimizeForSpeed: true };
  return {
    settle: async (deadline, frame) => {
      isDrawnOver = true;
      const time = moveTo(timeOf(frame) - WAITING_US);
      await page
        .send("HeadlessExperimental.beginFrame", time, deadline)
        // Between frames it is a script of the page that keeps it from answering.
        .catch(timedOut("page-unresponsive", "The page's scripts did not return."));
    },
    step: async (frame, deadline) => {
      isDrawnOver = true;
      const params = { ...moveTo(timeOf(frame)), noDisplayUpdates: true };
      await page
        .send("HeadlessExperimental.beginFrame", params, deadline)
        .catch(timedOut("page-unresponsive", "The page's scripts did not return."));
    },
    draw: async (frame, deadline) => {
      const { hasDamage } = await page
        .send("HeadlessExperimental.beginFrame", moveTo(timeOf(frame)), deadline)
        .catch(notDrawn(frame));
      const mayDiffer = isDrawnOver || hasDamage;
      isDrawnOver = false;
      return mayDiffer;
    },
    capture: async (frame, image, deadline) => {
      isDrawnOver = true;
      const screenshot = screenshotOf(image);
      for (let asked = 0; asked < ASKED_AT_MOST; asked++) {
        const { screenshotData } = await page
          .send("HeadlessExperimental.beginFrame", { ...moveTo(timeOf(frame)), screenshot }, deadline)
          .catch(notDrawn(frame));
        if (screenshotData !== undefined && screenshotData !== "")
          return Buffer.from(screenshotData, "base64");
        // Nor does a page give one that has just crashed: asked, it fails with that.
        await page.evaluate("0", deadline);
        await sleep(asked * AGAIN_AFTER_MS);
      }
      const what = frame === undefined ? "the page" : `frame ${frame}`;
      throw new ProblemError("browser-failed", `The browser gave no picture of ${what}.`);
    },
  };
}

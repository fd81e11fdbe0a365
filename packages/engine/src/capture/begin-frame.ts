import { setTimeout as sleep } from "node:timers/promises";

import { ProblemError } from "@framewright/contract";

import { CallTimeout } from "../browser/cdp.ts";
import type { Page } from "../browser/page.ts";
import type { FrameSource } from "./frame-source.ts";

/** What a frame waits for is drawn just before the frame's own time, so that an image begins at that time and not after it. */
const WAITING_US = 250;
/** An animated image shows what is due within this time, and moves in steps of it. */
const INTERVAL_MS = 0.01;
/** Now and then a browser gives no picture; asked again, at hardly a later time, it does. */
const ASKED_AT_MOST = 5;
const AGAIN_AFTER_MS = 20;

/** Frames on command: https://chromedevtools.github.io/devtools-protocol/tot/HeadlessExperimental/ */
export function beginFrameSource(page: Page, intervalMs: number): FrameSource {
  /** The compositor's clock, in microseconds. */
  let ticks = 1_000_000;
  let firstTicks: number | undefined;
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
  const timeOf = (frame: number): number => {
    // Frame 0 follows at once on what was drawn while the page loaded, as animated images began there.
    firstTicks ??= ticks + 1;
    return firstTicks + frame * intervalMs * 1_000;
  };
  return {
    settle: async (deadline, frame) => {
      const time = moveTo(frame === undefined ? 0 : timeOf(frame) - WAITING_US);
      await page
        .send("HeadlessExperimental.beginFrame", time, deadline)
        // Between frames it is a script of the page that keeps it from answering.
        .catch(timedOut("page-unresponsive", "The page's scripts did not return."));
    },
    step: async (frame, deadline) => {
      const params = { ...moveTo(timeOf(frame)), noDisplayUpdates: true };
      await page
        .send("HeadlessExperimental.beginFrame", params, deadline)
        .catch(timedOut("page-unresponsive", "The page's scripts did not return."));
    },
    capture: async (frame, image, deadline) => {
      const screenshot =
        image.codec === "mjpeg"
          ? { format: "jpeg" as const, quality: image.quality }
          : { format: "png" as const, optimizeForSpeed: true };
      for (let asked = 0; asked < ASKED_AT_MOST; asked++) {
        const { screenshotData } = await page
          .send("HeadlessExperimental.beginFrame", { ...moveTo(timeOf(frame)), screenshot }, deadline)
          .catch(timedOut("frame-timeout", `Frame ${frame} was not drawn in time.`));
        if (screenshotData !== undefined && screenshotData !== "")
          return Buffer.from(screenshotData, "base64");
        // Nor does a page give one that has just crashed: asked, it fails with that.
        await page.evaluate("0", deadline);
        await sleep(asked * AGAIN_AFTER_MS);
      }
      throw new ProblemError("browser-failed", `The browser gave no picture for frame ${frame}.`);
    },
  };
}

import { ProblemError } from "@framewright/contract";

import { CallTimeout } from "../browser/cdp.ts";
import type { Page } from "../browser/page.ts";
import type { FrameSource } from "./frame-source.ts";

/** Frames without a time of their own barely move it: an animated image would have to catch up. */
const SETTLE_TICKS_MS = 0.05;

/** Frames on command: https://chromedevtools.github.io/devtools-protocol/tot/HeadlessExperimental/ */
export function beginFrameSource(page: Page, intervalMs: number): FrameSource {
  /** The compositor's clock, in milliseconds. */
  let ticks = 1_000;
  let firstTicks: number | undefined;
  const timedOut =
    (code: "page-unresponsive" | "frame-timeout", detail: string) =>
    (error: unknown): never => {
      if (!(error instanceof CallTimeout)) throw error;
      throw new ProblemError(code, detail, { evidence: { console: page.console.tail() } });
    };
  /** A frame that waited for an image has settled past its time: the compositor's clock never goes back. */
  const ticksOf = (frame: number): number => {
    // Frame 0 follows at once on what was drawn while the page loaded, as animated images began there.
    firstTicks ??= ticks + SETTLE_TICKS_MS;
    ticks = Math.max(ticks + SETTLE_TICKS_MS, firstTicks + frame * intervalMs);
    return ticks;
  };
  return {
    settle: async (deadline) => {
      ticks += SETTLE_TICKS_MS;
      await page
        .send("HeadlessExperimental.beginFrame", { frameTimeTicks: ticks, interval: intervalMs }, deadline)
        // Between frames it is a script of the page that keeps it from answering.
        .catch(timedOut("page-unresponsive", "The page's scripts did not return."));
    },
    step: async (frame, deadline) => {
      const params = { frameTimeTicks: ticksOf(frame), interval: intervalMs, noDisplayUpdates: true };
      await page
        .send("HeadlessExperimental.beginFrame", params, deadline)
        .catch(timedOut("page-unresponsive", "The page's scripts did not return."));
    },
    capture: async (frame, image, deadline) => {
      const screenshot =
        image.codec === "mjpeg"
          ? { format: "jpeg" as const, quality: image.quality }
          : { format: "png" as const, optimizeForSpeed: true };
      const { screenshotData } = await page
        .send(
          "HeadlessExperimental.beginFrame",
          { frameTimeTicks: ticksOf(frame), interval: intervalMs, screenshot },
          deadline,
        )
        .catch(timedOut("frame-timeout", `Frame ${frame} was not drawn in time.`));
      if (screenshotData === undefined || screenshotData === "") {
        // Nor does a page give one that has just crashed: asked again, it fails with that.
        await page.evaluate("0", deadline);
        throw new ProblemError("browser-failed", `The browser gave no picture for frame ${frame}.`);
      }
      return Buffer.from(screenshotData, "base64");
    },
  };
}

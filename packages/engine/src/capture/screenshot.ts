import { ProblemError } from "@framewright/contract";

import { CallTimeout } from "../browser/cdp.ts";
import type { Page } from "../browser/page.ts";
import type { FrameSource } from "./frame-source.ts";

/** For browsers without frame control: https://chromedevtools.github.io/devtools-protocol/tot/Page/#method-captureScreenshot */
export function screenshotSource(page: Page): FrameSource {
  return {
    // The page draws by itself: there is nothing to drive.
    settle: async () => undefined,
    step: async () => undefined,
    capture: async (frame, image, deadline) => {
      const format =
        image.codec === "mjpeg"
          ? { format: "jpeg" as const, quality: image.quality }
          : { format: "png" as const };
      const { data } = await page
        .send("Page.captureScreenshot", { ...format, optimizeForSpeed: true, fromSurface: true }, deadline)
        .catch((error: unknown) => {
          if (!(error instanceof CallTimeout)) throw error;
          const what = frame === undefined ? "The page" : `Frame ${frame}`;
          throw new ProblemError("frame-timeout", `${what} was not drawn in time.`, {
            evidence: { console: page.console.tail() },
          });
        });
      return Buffer.from(data, "base64");
    },
  };
}

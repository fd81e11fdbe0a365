import { expect, it } from "vitest";

import type { Page } from "../src/browser/page.ts";
import { beginFrameSource } from "../src/capture/begin-frame.ts";
import { withPage } from "./open-page.ts";

const FORMAT = { codec: "png", quality: 100 } as const;

it("asks a browser that gives no picture again, a few times, at hardly a later time", async () => {
  await withPage(
    '<div data-composition-id="main" data-duration="1"></div>',
    async ({ composition: { page } }) => {
      const ticks: number[] = [];
      let empty = 2;
      /** The real page, but for its first pictures. */
      const forgetful: Page = {
        ...page,
        send: async (method, params, deadline) => {
          const answer = await page.send(method, params, deadline);
          if (typeof params !== "object" || !("frameTimeTicks" in params)) return answer;
          ticks.push(params.frameTimeTicks ?? 0);
          return empty-- > 0 ? { ...answer, screenshotData: "" } : answer;
        },
      };
      const source = beginFrameSource(forgetful, 100);
      const picture = await source.capture(0, FORMAT, Date.now() + 10_000);
      expect(picture.subarray(1, 4).toString()).toBe("PNG");
      expect(ticks).toHaveLength(3);
      expect((ticks[2] ?? 0) - (ticks[0] ?? 0)).toBeLessThan(1);
      empty = 100;
      await expect(source.capture(1, FORMAT, Date.now() + 10_000)).rejects.toMatchObject({
        code: "browser-failed",
      });
      expect(ticks.length).toBeLessThan(20);
    },
  );
});

it.each([1, 1.5])("has a screen of the page's own size, at %d pixels to a CSS pixel", async (scale) => {
  await withPage(
    '<div data-composition-id="main" data-duration="1"></div>',
    async ({ read }) => {
      const sizes = "[screen.width, screen.height, screen.availWidth, outerWidth, outerHeight, innerWidth]";
      expect(await read(sizes)).toEqual([320, 180, 320, 320, 180, 320]);
      const media = `(device-width: 320px) and (resolution: ${scale}dppx)`;
      expect(await read(`matchMedia('${media}').matches`)).toBe(true);
    },
    { deviceScaleFactor: scale },
  );
});

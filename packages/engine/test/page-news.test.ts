import { expect, it } from "vitest";

import type { Page } from "../src/browser/page.ts";
import { withPage } from "./open-page.ts";

const OTHER = "http://other.example";

const FILES = {
  "http://composition.localhost/same.html":
    "<script>document.write('<img src=gone-in-frame.png>'); throw new Error('in a frame')</script>",
  [`${OTHER}/other.html`]: `<script src="nested.js"></script><img src="gone-elsewhere.png">`,
  [`${OTHER}/nested.js`]: "Promise.reject(new Error('elsewhere'))",
  "http://composition.localhost/worker.js": `
    onmessage = () => { fetch("gone-in-worker.json"); throw new Error("in a worker"); };`,
};

const BODY = `<div data-composition-id="main" data-duration="1"></div>
  <iframe src="same.html"></iframe><iframe src="${OTHER}/other.html"></iframe>
  <script>
    Promise.reject(new Error("while loading"));
    let frame = 0;
    const worker = new Worker("worker.js");
    const each = () => {
      if (frame === 3) setTimeout(() => { throw new Error("in frame 3"); });
      if (frame >= 4) Promise.reject(new Error("from frame 4 on"));
      if (frame === 5) new Image().src = "gone-in-5.png";
      if (frame === 6) worker.postMessage(1);
      frame++;
      requestAnimationFrame(each);
    };
    requestAnimationFrame(each);
  </script>`;

/** How much has been heard of the worker. */
function heard({ uncaught, failedRequests }: ReturnType<Page["news"]>): number {
  const thrown = uncaught.filter(({ text }) => text.includes("in a worker"));
  return thrown.length + failedRequests.filter(({ url }) => url.includes("in-worker")).length;
}

it("tells what fails in any frame of the page and of the video, each once, and where it was first seen", async () => {
  await withPage(
    BODY,
    async ({ composition: { page, frames }, stepTo, read }) => {
      for (let frame = 0; frame < 10; frame++) {
        page.at({ startFrame: frame, endFrame: frame + 1 });
        await stepTo(frame);
        for (let settled = 0; settled < 20 && page.network.inFlight().length > 0; settled++)
          await frames.settle(Date.now() + 5_000);
        // A worker runs beside the page, at its own pace.
        if (frame === 6) await expect.poll(() => heard(page.news())).toBe(2);
        await frames.capture(frame, { codec: "mjpeg", quality: 80 }, Date.now() + 5_000);
      }
      await read("0");
      const { uncaught, failedRequests, workers } = page.news();
      const thrown = uncaught.map(({ text, frames: at }) => [text.split("\n")[0], at?.startFrame]);
      expect(thrown).toEqual(
        expect.arrayContaining([
          ["Error: while loading", undefined],
          ["Error: in a frame", undefined],
          ["Error: elsewhere", undefined],
          ["Error: in frame 3", 3],
          ["Error: from frame 4 on", 4],
          ["Error: in a worker", 6],
        ]),
      );
      expect(thrown).toHaveLength(6);
      const failed = failedRequests.map(({ url, frames: at }) => [url, at?.startFrame]);
      expect(failed).toEqual(
        expect.arrayContaining([
          ["http://composition.localhost/gone-in-frame.png", undefined],
          [`${OTHER}/gone-elsewhere.png`, undefined],
          ["http://composition.localhost/gone-in-5.png", 5],
          ["http://composition.localhost/gone-in-worker.json", 6],
        ]),
      );
      expect(failed).toHaveLength(4);
      expect(workers).toEqual([{ url: "http://composition.localhost/worker.js" }]);
    },
    { files: FILES },
  );
});

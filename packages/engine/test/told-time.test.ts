import { expect, it } from "vitest";

import { withPage } from "./open-page.ts";

const ROOT = '<div id="root" data-composition-id="main" data-duration="10"></div>';

it("tells the same time in every way that a page can ask for it", async () => {
  await withPage(
    `${ROOT}<iframe id="inner" srcdoc="x"></iframe><button id="button"></button><script>
      performance.mark("loaded");
      const format = new Intl.DateTimeFormat("en-GB", { timeStyle: "medium", timeZone: "UTC" });
      const parts = () => format.formatToParts().map((part) => part.value).join("");
      let clicked, tasked, posted;
      button.onclick = (event) => { clicked = event.timeStamp; };
      scheduler.postTask(() => { posted = performance.now(); }, { delay: 1500 });
      let later;
      setTimeout(() => {
        later = document.createElement("iframe");
        later.srcdoc = "<p>later</p>";
        document.body.append(later);
      }, 900);
      setTimeout(() => button.click(), 1900);
      const told = () => {
        const now = Temporal.Now;
        return {
          parts: parts(),
          format: format.format(),
          temporal: [now.instant(), now.plainDateTimeISO("UTC"), now.plainTimeISO("UTC"), now.plainDateISO()].join(),
          zoned: now.zonedDateTimeISO("UTC").epochMilliseconds - Date.now(),
          measured: performance.measure("all", "loaded").duration,
          since: performance.measure("since", { start: "loaded" }).duration,
          whole: performance.measure("whole").duration,
          marked: performance.mark("now").startTime - performance.now(),
          event: new Event("x").timeStamp - performance.now(),
          origin: Math.ceil(performance.timeOrigin + performance.now()) - Date.now(),
          navigation: Date.now() - performance.timing.navigationStart,
          loads: performance.getEntriesByType("navigation").map((e) => [e.duration, e.responseEnd < 0.1])[0],
          inner: inner.contentWindow.Date.now() - Date.now(),
          later: later && later.contentWindow.Date.now() - Date.now(),
          modified: document.lastModified,
        };
      };
    </script>`,
    async ({ read, stepTo, composition }) => {
      for (let frame = 0; frame <= 20; frame++) {
        await stepTo(frame);
        await composition.frames.settle(Date.now() + 10_000);
      }
      const told = (await read("told()")) as Record<string, number>;
      expect(told).toMatchObject({
        parts: "00:00:02",
        format: "00:00:02",
        temporal: "2025-01-01T00:00:02Z,2025-01-01T00:00:02,00:00:02,2025-01-01",
        zoned: 0,
        marked: 0,
        event: 0,
        loads: [0, true],
        inner: 0,
        later: 0,
        modified: "01/01/2025 00:00:02",
      });
      for (const key of ["measured", "since", "whole", "navigation"]) expect(told[key]).toBeCloseTo(2000, 0);
      expect(Math.abs(told["origin"] ?? 9)).toBeLessThanOrEqual(1);
      expect(await read("[clicked, posted].map(Math.round).join()")).toBe("1900,1500");
    },
  );
});

it("begins above 0, and reaches what is due on a frame's time in that frame, whenever it began", async () => {
  const FRAMES = 60;
  await withPage(
    `<style>@keyframes go { to { width: 600px } } #steps { width: 0; animation: go 2s steps(60) both }
      @keyframes jump { ${Array.from({ length: FRAMES }, (_, n) => `${(n / FRAMES) * 100}% { left: ${n * 2}px }`).join(" ")} }
      #jump { position: absolute; animation: jump 2s step-end both }</style>
    ${ROOT}<div id="steps"></div><div id="jump"></div><script>
      let first, start, startAt3, frame = -1;
      const wrong = { ticks: [], since: [], since3: [], timers: [], dates: [] };
      const from = Date.now();
      requestAnimationFrame(function loop(time) {
        frame++;
        first ??= time;
        if (!start) start = time;
        if (frame === 3) startAt3 = time;
        if (Math.floor(time / 1000 * 30) !== frame) wrong.ticks.push(frame);
        if (!(time - start >= frame / 30 * 1000)) wrong.since.push(frame);
        if (frame >= 3 && !(time - startAt3 >= (frame - 3) / 30 * 1000)) wrong.since3.push(frame);
        if (Math.floor((Date.now() - from) / 1000 * 30) !== frame) wrong.dates.push(frame);
        requestAnimationFrame(loop);
      });
      let fired = 0;
      for (let n = 1; n <= ${FRAMES}; n++) setTimeout(() => { fired = n; }, n / 30 * 1000);
      const off = () => [steps.offsetWidth / 10, jump.offsetLeft / 2, fired];
    </script>`,
    async ({ read, stepTo }) => {
      const seen: unknown[] = [];
      for (let frame = 0; frame < FRAMES; frame++) {
        await stepTo(frame);
        seen.push(await read("off()"));
      }
      expect(seen).toEqual(Array.from({ length: FRAMES }, (_, n) => [n, n, n]));
      expect(await read("first > 0 && first < 0.01")).toBe(true);
      expect(await read("JSON.stringify(wrong)")).toBe(
        '{"ticks":[],"since":[],"since3":[],"timers":[],"dates":[]}',
      );
    },
    { fps: { num: 30, den: 1 } },
  );
});

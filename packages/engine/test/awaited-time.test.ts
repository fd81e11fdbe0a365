import { isProblemError } from "@framewright/contract";
import { expect, it } from "vitest";

import { evaluateStep } from "../src/capture/step-page.ts";
import { untilComplete } from "../src/composition.ts";
import { openPage, withPage } from "./open-page.ts";

const soon = (): number => Date.now() + 10_000;

it("lets time pass before frame 0 for what is awaited, while animations stand at their beginning", async () => {
  await withPage(
    `<style>@keyframes grow { to { width: 100px } } #box { width: 0; animation: grow 1s linear }</style>
    <div data-composition-id="main" data-duration="2"><div id="box"></div></div>
    <iframe srcdoc="<script>__framewright.waitUntil(new Promise((done) => setTimeout(done, 420)).then(() => parent.inner = true), 'inner')</script>"></iframe>
    <script>
      const frame = () => new Promise((resolve) => requestAnimationFrame(resolve));
      const sleep = (ms) => new Promise((resolve) => setTimeout(resolve, ms));
      const log = [];
      __framewright.waitUntil((async () => { await frame(); await frame(); log.push("frames"); })());
      window.__hf = { ready: (async () => {
        await sleep(300);
        await crypto.subtle.digest("SHA-256", new Uint8Array(1e6));
        await sleep(200);
        log.push("ready@" + Math.round(performance.now() / 50) * 50);
      })() };
    </script>`,
    async ({ read, stepTo }) => {
      expect(await read("[...log, inner].join()")).toBe("frames,ready@500,true");
      expect(await read("Math.round(__framewright.declarations().leadInMs)")).toBe(500);
      for (const frame of [0, 5]) {
        await stepTo(frame);
        expect(await read("box.offsetWidth")).toBe(frame * 10);
      }
    },
  );
});

it("lets time pass within a frame for its seek, and for what delays the frame, but not for others", async () => {
  await withPage(
    `<div data-composition-id="main"></div><script>
      const sleep = (ms) => new Promise((resolve) => setTimeout(resolve, ms));
      const frame = () => new Promise((resolve) => requestAnimationFrame(resolve));
      let loops = 0, ticks = 0, shown = -1, delayed = -1;
      const times = [];
      requestAnimationFrame(function loop() { loops++; times.push(Math.round(performance.now())); requestAnimationFrame(loop); });
      setInterval(() => ticks++, 100);
      window.__hf = {
        duration: 2,
        async seek(seconds) {
          const before = performance.now();
          await sleep(20);
          while (performance.now() - before < 60) await frame();
          await sleep(250);
          shown = seconds;
          __framewright.waitUntil(sleep(50).then(frame).then(() => { delayed = seconds; }), "the delay");
        },
      };
    </script>`,
    async ({ read, stepTo, composition }) => {
      for (let frame = 0; frame <= 5; frame++) {
        await stepTo(frame);
        await untilComplete(composition, frame, soon());
        expect(await read("[shown, delayed]")).toEqual([frame / 10, frame / 10]);
      }
      expect(await read("[loops, ticks, times.join()]")).toEqual([6, 5, "0,100,200,300,400,500"]);
    },
  );
});

it("names what a frame waits for that does not come, and tells it from scripts that do not return", async () => {
  const page = (seek: string): string =>
    `<div data-composition-id="main"></div><script>window.__hf = { duration: 1, seek: ${seek} }</script>`;
  const failure = (seek: string): Promise<unknown> =>
    withPage(page(seek), ({ composition }) =>
      evaluateStep(composition.page, "__framewright.stepTo(0)", 0, Date.now() + 1_500).catch(
        (error: unknown) => error,
      ),
    );
  expect(await failure("() => new Promise(() => undefined)")).toMatchObject({
    code: "frame-unfinished",
    message: expect.stringContaining("frame 0 still waits for the promise of a seek"),
  });
  expect(await failure("() => { for (;;); }")).toMatchObject({ code: "page-unresponsive" });
});

it("says what is awaited when even ten seconds of virtual time do not bring it", async () => {
  const error: unknown = await openPage(
    `<div data-composition-id="main" data-duration="1"></div><script>
      requestAnimationFrame(function loop() { requestAnimationFrame(loop); });
      __framewright.waitUntil(new Promise((resolve) => setTimeout(resolve, 3_600_000)), "the tide");
    </script>`,
    { readyTimeoutMs: 8_000 },
  ).catch((caught: unknown) => caught);
  expect(isProblemError(error) && error.code).toBe("page-not-ready");
  expect(error).toMatchObject({ evidence: { pending: ["the tide"] } });
});

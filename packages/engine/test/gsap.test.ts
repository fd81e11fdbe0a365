import { readFileSync } from "node:fs";
import { createRequire } from "node:module";

import { expect, it } from "vitest";

import { withPage } from "./open-page.ts";

const require = createRequire(new URL("../../../examples/package.json", import.meta.url));
const GSAP = `<script>${readFileSync(require.resolve("gsap/dist/gsap.min.js"), "utf8")}</script>`;

it("renders what stands at the start of a timeline in frame 0, and calls each callback once, in order", async () => {
  await withPage(
    `<div data-composition-id="main" data-duration="3"><b id="a"></b><b id="c"></b></div>${GSAP}<script>
      const log = [];
      const timeline = gsap.timeline({ paused: true });
      timeline.set("#a", { x: 100 }, 0).call(() => log.push("zero"), [], 0);
      timeline.from("#c", { opacity: 0, duration: 1, ease: "none" }, 0).call(() => log.push("half"), [], 0.5);
      timeline.to("#c", { y: 50, duration: 0.5, onStart: () => log.push("start"), onComplete: () => log.push("end") }, 1);
      window.__timelines = { main: timeline };
    </script>`,
    async ({ read, stepTo }) => {
      await stepTo(0);
      expect(await read("gsap.getProperty('#a', 'x')")).toBe(100);
      expect(await read("log")).toEqual(["zero"]);
      await stepTo(5);
      expect(await read("Number(getComputedStyle(c).opacity)")).toBeCloseTo(0.5, 3);
      await stepTo(20);
      expect(await read("log")).toEqual(["zero", "half", "start", "end"]);
    },
  );
});

it("drives tweens that belong to no registered timeline by virtual time", async () => {
  await withPage(
    `<div data-composition-id="main" data-duration="3"></div><b id="free"></b>${GSAP}<script>
      const state = { n: 0 };
      gsap.to(state, { n: 20, duration: 2, ease: "none" });
      gsap.delayedCall(0.55, () => { state.called = performance.now(); });
    </script>`,
    async ({ read, stepTo }) => {
      await stepTo(10);
      expect(await read("state.n")).toBeCloseTo(10, 3);
      expect(await read("Math.round(state.called)")).toBe(600);
    },
  );
});

it("gives nested compositions' timelines their own time", async () => {
  await withPage(
    `<div data-composition-id="main" data-duration="3">
      <div data-composition-id="inner" data-start="1" data-duration="1"></div>
    </div>${GSAP}<script>
      const inner = { n: 0 };
      window.__timelines = {
        main: gsap.timeline({ paused: true }).to({}, { duration: 3 }),
        inner: gsap.timeline({ paused: true }).to(inner, { n: 10, duration: 1, ease: "none" }),
      };
    </script>`,
    async ({ read, stepTo }) => {
      await stepTo(9);
      expect(await read("inner.n")).toBeCloseTo(0, 3);
      await stepTo(15);
      expect(await read("inner.n")).toBeCloseTo(5, 3);
    },
  );
});

import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { dirname, join } from "node:path";

import { expect, it } from "vitest";

import { untilComplete } from "../src/composition.ts";
import { withPage } from "./open-page.ts";

const require = createRequire(import.meta.url);
const examples = createRequire(new URL("../../../examples/package.json", import.meta.url));
const inline = (file: string): string => `<script>${readFileSync(file, "utf8")}</script>`;
const GSAP = inline(examples.resolve("gsap/dist/gsap.min.js"));
const ANIME = inline(join(dirname(require.resolve("animejs/package.json")), "dist/bundles/anime.umd.min.js"));
const ANIME_3 = inline(require.resolve("animejs-3/lib/anime.min.js"));
const LOTTIE = inline(require.resolve("lottie-web/build/player/lottie.min.js"));

/** A square of 20 pixels whose left edge is at ten times the frame's number, for a second of 30 frames. */
const SLIDE = {
  v: "5.7.0",
  fr: 30,
  ip: 0,
  op: 30,
  w: 320,
  h: 20,
  layers: [
    {
      ty: 4,
      ip: 0,
      op: 30,
      st: 0,
      ks: {
        o: { k: 100 },
        r: { k: 0 },
        a: { k: [0, 0] },
        s: { k: [100, 100] },
        p: {
          a: 1,
          k: [
            { t: 0, s: [10, 10], e: [310, 10], o: { x: 0, y: 0 }, i: { x: 1, y: 1 } },
            { t: 30, s: [310, 10] },
          ],
        },
      },
      shapes: [
        {
          ty: "gr",
          it: [
            { ty: "rc", p: { k: [0, 0] }, s: { k: [20, 20] }, r: { k: 0 } },
            { ty: "fl", c: { k: [1, 0, 0, 1] }, o: { k: 100 } },
            {
              ty: "tr",
              p: { k: [0, 0] },
              a: { k: [0, 0] },
              s: { k: [100, 100] },
              r: { k: 0 },
              o: { k: 100 },
            },
          ],
        },
      ],
    },
  ],
};

const left = (id: string): string =>
  `Math.round(document.querySelector("#${id} path").getBoundingClientRect().left)`;

it("plays Lottie players and those that nobody has started: loops go round, the others hold their last frame", async () => {
  await withPage(
    `<style>body { margin: 0 } div div { width: 320px; height: 20px }</style>
    <div data-composition-id="main" data-width="320"><div id="once"></div><div id="loop"></div><div id="left"></div></div>
    ${LOTTIE}<script>
      const load = (id, loop) => lottie.loadAnimation({
        container: document.getElementById(id), renderer: "svg", loop, autoplay: false,
        animationData: ${JSON.stringify(SLIDE)},
      });
      window.__hfLottie = [load("once", false), load("loop", true)];
      load("left", false);
      // A player of dotLottie counts frames of its own.
      window.__hfLottie.push({ totalFrames: 60, duration: 1, isLoaded: true, loop: true, pause() {},
        setFrame(frame) { window.dot = frame; } });
    </script>`,
    async ({ read, stepTo }) => {
      expect(await read("__framewright.declarations().durations[0]")).toEqual({
        source: "animations",
        seconds: { type: "number", text: "1" },
      });
      await stepTo(5);
      expect(await read(`[${left("once")}, ${left("loop")}, ${left("left")}, Math.round(dot)]`)).toEqual([
        150, 150, 150, 30,
      ]);
      await stepTo(12);
      expect(await read(`[${left("once")}, ${left("loop")}, ${left("left")}, Math.round(dot)]`)).toEqual([
        290, 60, 290, 12,
      ]);
    },
  );
});

it.each([
  {
    version: 4,
    library: ANIME,
    script: `const play = (id, more) => anime.animate(id, { width: [0, 300], duration: 1000, ease: "linear", ...more });
      window.__hfAnime = [play("#a", { autoplay: false }), play("#b", {})];
      hyperframesAnime.register("main", play("#c", { autoplay: false }), { labels: {} });
      play("#free", { delay: 500 });`,
  },
  {
    version: 3,
    library: ANIME_3,
    script: `const play = (id, more) => anime({ targets: id, width: [0, 300], duration: 1000, easing: "linear", ...more });
      window.__hfAnime = [play("#a", { autoplay: false }), play("#b", {}), play("#c", { autoplay: false })];
      play("#free", { delay: 500 });`,
  },
])("plays what anime.js $version has made, and lets what is not registered play by itself", async (anime) => {
  await withPage(
    `<style>div div { height: 9px; width: 50px }</style><div data-composition-id="main" data-duration="2">
      <div id="a"></div><div id="b"></div><div id="c"></div><div id="free"></div></div>
    ${anime.library}<script>${anime.script}</script>`,
    async ({ read, stepTo }) => {
      const widths = async (frame: number): Promise<unknown> => {
        await stepTo(frame);
        return read(
          "['a', 'b', 'c', 'free'].map((id) => Math.round(document.getElementById(id).offsetWidth))",
        );
      };
      expect(await widths(0)).toEqual([0, 0, 0, 0]);
      expect(await widths(4)).toEqual([120, 120, 120, 0]);
      // What plays by itself begins with its first tick, as in any browser: within a frame's time.
      expect(await widths(9)).toEqual([270, 270, 270, expect.closeTo(105, -1.6)]);
      expect(await widths(18)).toEqual([300, 300, 300, 300]);
    },
  );
});

it("shows the first state of self-running GSAP tweens in frame 0", async () => {
  await withPage(
    `<div data-composition-id="main" data-duration="2"><p id="from">From</p><p id="later">Later</p></div>${GSAP}<script>
      gsap.from("#from", { opacity: 0, duration: 1, ease: "none" });
      gsap.timeline().from("#later", { opacity: 0, duration: 1, ease: "none", stagger: 0.1 }, 0.5);
    </script>`,
    async ({ read, stepTo }) => {
      const opacities = "[getComputedStyle(from).opacity, getComputedStyle(later).opacity].map(Number)";
      await stepTo(0);
      expect(await read(opacities)).toEqual([0, 0]);
      await stepTo(5);
      expect(await read(opacities)).toEqual([expect.closeTo(0.5, 1), 0]);
      await stepTo(10);
      expect(await read(opacities)).toEqual([1, expect.closeTo(0.5, 1)]);
    },
  );
});

it("plays Web Animations that were paused when they were made, until the page takes them over", async () => {
  await withPage(
    `<style>div div { height: 9px; width: 0 }</style><div data-composition-id="main" data-duration="2">
      <div id="a"></div><div id="b"></div><div id="c"></div><div id="d"></div></div><script>
      const paused = (element) => {
        const animation = element.animate({ width: ["0", "300px"] }, { duration: 1000, fill: "both" });
        animation.pause();
        return animation;
      };
      paused(a);
      paused(b).currentTime = 500;
      // This one is the page's own: it moves it in every frame.
      const own = paused(c);
      window.addEventListener("hf-seek", ({ detail }) => { own.currentTime = 1000 - detail.time * 1000; });
      setTimeout(() => paused(d), 450);
    </script>`,
    async ({ read, stepTo }) => {
      const widths = async (frame: number): Promise<unknown> => {
        await stepTo(frame);
        return read("[a, b, c, d].map(({ offsetWidth }) => offsetWidth)");
      };
      expect(await widths(0)).toEqual([0, 150, 300, 0]);
      expect(await widths(3)).toEqual([90, 240, 210, 0]);
      expect(await widths(8)).toEqual([240, 300, 60, expect.closeTo(105, -1.7)]);
    },
  );
  // Without a composition, a page that pauses an animation wants it to stand still.
  await withPage(
    `<div id="a" style="width: 0"></div><div data-duration="1"></div><script>
      a.animate({ width: ["0", "300px"] }, 1000).pause();
    </script>`,
    async ({ read, stepTo }) => {
      await stepTo(5);
      expect(await read("a.offsetWidth")).toBe(0);
    },
  );
});

it("tells pages the time in every way that they ask for it, and waits for what they hand over", async () => {
  await withPage(
    `<div data-composition-id="main" data-duration="2"></div><script>
      const seen = { early: [__playerReady, __renderReady, __hfThreeTime, __player.getTime(), typeof __hf] };
      __hf.transitions = [];
      __hf.buildReady = { mesh: new Promise((resolve) => { setTimeout(() => { seen.built = true; resolve(); }); }) };
      window.__hfRender = [(time) => { seen.drawn = time; }];
      window.addEventListener("hf-seek", (event) => {
        event.detail.waitUntil(fetch("/").then((answer) => answer.text()).then(() => {
          seen.loaded = event.detail.time;
        }));
        seen.late = event.detail.waitUntil;
      });
      window.addEventListener("error", (event) => { seen.error = event.message; });
      window.addEventListener("hf-seek", () => { if (__hfTime === 0.5) throw new Error("one listener"); });
    </script>`,
    async ({ read, stepTo }) => {
      expect(await read("seen")).toMatchObject({ early: [true, true, 0, 0, "object"], built: true });
      expect(await read("__player.getDuration()")).toBe(2);
      await stepTo(5);
      expect(await read("seen")).toMatchObject({
        drawn: 0.5,
        loaded: 0.5,
        error: expect.stringContaining("one listener"),
      });
      expect(await read("[__hfTime, __hfThreeTime, __hfTypegpuTime, __player.getTime()]")).toEqual(
        Array(4).fill(0.5),
      );
      expect(await read("(() => { try { seen.late(1); } catch (error) { return error.name; } })()")).toBe(
        "InvalidStateError",
      );
    },
  );
});

it("draws HTML into canvases: in the paint event as it is in this frame", async () => {
  await withPage(
    `<style>canvas { position: absolute; left: 0; top: 0 } canvas div { height: 30px; width: 0; background: red }</style>
    <div data-composition-id="main" data-duration="2">
      <canvas id="painted" layoutsubtree width="320" height="30"><div></div></canvas>
      <canvas id="hidden" layoutsubtree width="320" height="30" style="opacity: 0"><div></div></canvas>
    </div><script>
      const draw = (canvas) => {
        const context = canvas.getContext("2d");
        context.clearRect(0, 0, 320, 30);
        context.drawElementImage(canvas.firstElementChild, 0, 0);
      };
      const width = (canvas) => canvas.getContext("2d").getImageData(0, 15, 320, 1).data.filter((n, i) => i % 4 === 3 && n > 0).length;
      painted.onpaint = () => draw(painted);
      window.addEventListener("hf-seek", ({ detail }) => {
        for (const div of document.querySelectorAll("canvas div")) div.style.width = detail.time * 300 + "px";
        draw(hidden);
      });
    </script>`,
    async ({ composition, read, stepTo }) => {
      const widths: unknown[] = [];
      for (const frame of [0, 1, 2, 3]) {
        await stepTo(frame);
        await composition.frames.capture(frame, { codec: "png", quality: 100 }, Date.now() + 10_000);
        widths.push(await read("[width(painted), width(hidden)]"));
      }
      // What is drawn in a seek is what the browser has painted last.
      expect(widths).toEqual([
        [0, 0],
        [30, 0],
        [60, 30],
        [90, 60],
      ]);
    },
  );
});

it("composes a transition of @hyperframes/shader-transitions in two steps, with a frame of the browser between them", async () => {
  await withPage(
    `<div data-composition-id="main" data-duration="2"></div><script>
      // What the package does, without its shaders: it wraps the seek that it finds after a while.
      const log = [];
      if (window.__HF_VIRTUAL_TIME__ && window.__HF_PAGE_SIDE_COMPOSITING__) {
        window.__hf_page_composite_prepare = async () => {
          log.push("prepare");
          new ResizeObserver(() => log.push("frame")).observe(document.body.appendChild(document.createElement("canvas")));
        };
        window.__hf_page_composite_resolve = () => {
          log.push("resolve");
          window.__hf_page_composite_pending = false;
        };
        const timer = setInterval(() => {
          const seek = window.__hf?.seek;
          if (!seek) return;
          clearInterval(timer);
          window.__hf.seek = (time) => {
            seek(time);
            window.__hf_page_composite_pending = time === 0.5;
          };
        }, 50);
      }
    </script>`,
    async ({ composition, read, stepTo }) => {
      expect(await stepTo(4)).toEqual([]);
      expect(await stepTo(5)).toEqual(["a shader transition"]);
      await untilComplete(composition, 5, Date.now() + 10_000);
      expect(await read("log")).toEqual(["prepare", "frame", "resolve"]);
      expect(await stepTo(6)).toEqual([]);
    },
  );
});

import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";

import { expect, it } from "vitest";

import { findFfmpeg } from "../src/encode/find-ffmpeg.ts";
import { openInspector } from "../src/findings/inspect.ts";
import { watchFrames } from "../src/findings/watch-frames.ts";
import { pickFrames } from "../src/findings/pick-frames.ts";
import { type TestPage, withPage } from "./open-page.ts";
import { resolveOutput } from "../src/outputs/resolve-output.ts";

const soon = (): number => Date.now() + 10_000;
const FPS = { num: 10, den: 1 };

/** Steps a page of 320×180 through a second, and says what was found. */
async function inspect({ composition: { page, frames }, stepTo }: TestPage) {
  const inspector = await openInspector(page, { startFrame: 0, endFrame: 20 }, FPS, soon());
  for (let frame = 0; frame < 20; frame++) {
    await stepTo(frame);
    await inspector.look(frame, soon());
    await frames.step(frame, soon());
  }
  return inspector.finish(soon());
}

const root = (content: string, style = ""): string => `
  <style>
    body { margin: 0 } p, h1, h2, h3 { margin: 0; position: absolute; font: 20px/1.2 sans-serif; white-space: nowrap }
    ${style}
  </style>
  <div data-composition-id="main" data-width="320" data-height="180" data-duration="2">${content}</div>`;

it("finds texts that the picture's edge cuts, and texts that lie on each other", async () => {
  const page = root(`
    <h1 id="right" style="left: 200px; top: 10px">A title that is too long</h1>
    <h2 id="bottom" style="left: 10px; top: 168px">Too low</h2>
    <h2 id="arrives" style="left: -40px; top: 40px; animation: arrive 0.5s">Comes to rest too far left</h2>
    <p id="one" style="left: 20px; top: 80px">Some words here</p>
    <p id="two" style="left: 24px; top: 83px">Other words there</p>
    <style>@keyframes arrive { from { transform: translateX(-400px) } }</style>`);
  await withPage(page, async (opened) => {
    const { texts, content } = await inspect(opened);
    expect(texts.cut.map(({ selector }) => selector)).toEqual(["#right", "#bottom", "#arrives"]);
    expect(texts.cut[1]).toMatchObject({ text: "Too low", box: { x: 10 } });
    expect(texts.overlapping).toMatchObject([
      { selectors: ["#two", "#one"], texts: ["Other words there", "Some words here"] },
    ]);
    expect(texts.overlapping).toHaveLength(1);
    expect(content).toEqual(["text", "CSS or Web Animations"]);
  });
});

it("takes what is meant for no mistake", async () => {
  const page = root(
    `
    <div style="position: absolute; left: 0; top: 0; width: 100px; height: 20px; overflow: hidden"><p>Half of a mask's text</p></div>
    <p style="animation: ticker 2s linear infinite; top: 20px">A ticker that runs through the picture from right to left, all the time</p>
    <p style="left: -30px; top: 40px; animation: peek 2s step-end both">Peeks in, then comes</p>
    <p style="top: 60px; left: 250px; opacity: 0.2; font-size: 30px">A watermark</p>
    <p style="top: 60px; left: 600px">Waits outside</p>
    <p style="top: 170px; left: 5px; clip-path: inset(0 0 100% 0)">Hidden by its clip</p>
    <p style="top: 170px; left: 5px; visibility: hidden">Hidden</p>
    <p style="top: 80px; left: 5px; -webkit-text-stroke: 2px red">Outlined</p><p style="top: 80px; left: 5px">Outlined</p>
    <p style="top: 100px; left: 5px">Covered by a card</p>
    <div style="position: absolute; top: 95px; left: 0; width: 200px; height: 30px; background: navy; color: white"><p style="top: 5px; left: 5px">A card on top</p></div>
    <p style="top: 130px; left: 5px; animation: fade 2s reverse both">Goes away</p><p style="top: 130px; left: 5px; animation: fade 2s both">Comes in</p>
    <p style="top: 150px; left: 5px; line-height: 0.8">Tight <br>lines</p><p style="top: 168px; left: 150px; font-size: 10px; transform: rotate(20deg)">Turned</p>
    <h3 style="left: 180px; top: 70px; font-size: 90px; color: #eee">7</h3><p style="left: 185px; top: 110px">on a digit</p>`,
    `@keyframes ticker { from { transform: translateX(320px) } to { transform: translateX(-700px) } }
     @keyframes peek { 50% { transform: translateX(60px) } }
     @keyframes fade { 0%, 50% { opacity: 0 } 50.1%, 100% { opacity: 1 } }`,
  );
  await withPage(page, async (opened) => {
    const { texts, told } = await inspect(opened);
    expect(texts.cut).toEqual([]);
    expect(texts.overlapping).toEqual([]);
    expect(told).toEqual([]);
  });
});

it("names what a page uses that a video cannot follow, and what failed", async () => {
  const page = root(`
    <audio src="song.mp3" data-volume="0.5"></audio>
    <img id="broken" width="40" height="40" src="data:image/png;base64,AAAA"><img src="data:image/svg+xml,<svg xmlns='http://www.w3.org/2000/svg'/>">
    <p id="slip" data-strat="1" data-state="open" data-durations="2">Text</p><i id="graded" data-color-grading="{}"></i>
    <canvas id="drawn"></canvas>
    <script>
      new AudioContext(); navigator.gpu?.requestAdapter(); new RTCPeerConnection();
      navigator.serviceWorker.register("sw.js").catch(() => {});
      const image = new Image();
      image.onload = () => {
        drawn.getContext("2d").drawImage(image, 0, 0);
        try { drawn.toDataURL(); } catch {}
      };
      image.src = "http://other.example/taints.svg";
    </script>`);
  const files = {
    "http://other.example/taints.svg": "<svg xmlns='http://www.w3.org/2000/svg' width='9' height='9'/>",
  };
  await withPage(
    page,
    async (opened) => {
      const { told } = await inspect(opened);
      expect(told.map(({ code, selector }) => [code, selector])).toEqual([
        ["effect-unsupported", "#graded"],
        ["sound-unstarted", expect.stringContaining("audio")],
        ...[
          "audio-unsupported",
          "webgpu-unsupported",
          "webrtc-unsupported",
          "service-worker-unsupported",
        ].map((code) => [code, undefined]),
        ["attribute-unknown", "#slip"],
        ["attribute-unknown", "#slip"],
        ["image-failed", "#broken"],
        ["canvas-tainted", "#drawn"],
      ]);
      expect(told.find(({ message }) => message.includes("data-strat"))?.remedy).toContain("data-start");
    },
    { files },
  );
});

it.each([
  { codec: "mjpeg", quality: 95 },
  { codec: "png", quality: 100 },
] as const)(
  "knows frames of one colour, and frames that do not change, from their bytes: $codec",
  async (image) => {
    const scratchDir = await mkdtemp(join(tmpdir(), "framewright-findings-"));
    const { ffmpeg } = await findFfmpeg({ searchPath: process.env["PATH"] ?? "", cacheDir: scratchDir });
    const signal = AbortSignal.timeout(20_000);
    try {
      // Nothing for five frames, then a dot that moves, then another colour, which fills the picture.
      const script = `const dot = document.getElementById("dot");
      window.__hf = { duration: 2, seek(s) {
        const frame = Math.round(s * 10);
        dot.style.cssText = "position: absolute; width: 2px; height: 2px; background: red; left: " + (frame * 3) + "px";
        dot.style.display = frame >= 5 && frame < 10 ? "block" : "none";
        document.body.style.background = frame < 10 ? "black" : "teal";
      } };`;
      await withPage(
        root(`<div id="dot"></div><script>${script}</script>`),
        async ({ composition, stepTo }) => {
          const output = resolveOutput({ quality: "high" });
          const size = { videoWidth: 320, videoHeight: 180, output };
          const watch = watchFrames(image, size, { ffmpeg, scratchDir, signal });
          for (let frame = 0; frame < 20; frame++) {
            await stepTo(frame);
            watch.observe(frame, await composition.frames.capture(frame, image, soon()));
          }
          const { blank, changes, first, last } = await watch.facts();
          expect(blank.map(({ startFrame, endFrame }) => [startFrame, endFrame])).toEqual([
            [0, 5],
            [10, 20],
          ]);
          expect(blank[0]?.colour).toBe("#000000");
          // Teal is #008080; a JPEG is off by one at times.
          expect(blank[1]?.colour).toMatch(/^#0[0-2](7f|80|81)(7f|80|81)$/);
          expect(changes).toBe(6);
          expect(first).not.toBe(last);
        },
      );
    } finally {
      await rm(scratchDir, { recursive: true, force: true });
    }
  },
);

it("looks at few frames, spread over the scenes of a chunk, the same for the same chunk", () => {
  expect(pickFrames({ startFrame: 0, endFrame: 60 }, [])).toHaveLength(6);
  const picked = pickFrames({ startFrame: 100, endFrame: 400 }, [50, 150, 200, 300, 420]);
  expect(picked).toEqual(pickFrames({ startFrame: 100, endFrame: 400 }, [50, 150, 200, 300, 420]));
  expect(picked).toHaveLength(12);
  for (const [from, to] of [
    [100, 150],
    [150, 200],
    [200, 300],
    [300, 400],
  ] as const)
    expect(picked.filter((frame) => frame >= from && frame + 1 < to).length).toBe(3);
  expect(
    pickFrames(
      { startFrame: 0, endFrame: 10_000 },
      Array.from({ length: 900 }, (_, n) => n * 11),
    ).length,
  ).toBeLessThan(13);
  expect(pickFrames({ startFrame: 5, endFrame: 6 }, [])).toEqual([]);
});

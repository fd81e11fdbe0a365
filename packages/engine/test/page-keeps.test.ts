import { execFile } from "node:child_process";
import { homedir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { promisify } from "node:util";

import { expect, it } from "vitest";

import { untilComplete } from "../src/composition.ts";
import { findFfmpeg } from "../src/encode/find-ffmpeg.ts";
import { type TestPage, withPage } from "./open-page.ts";

const soon = (): number => Date.now() + 10_000;

async function step({ stepTo, composition }: TestPage, frame: number): Promise<void> {
  await stepTo(frame);
  await untilComplete(composition, frame, soon());
  await composition.frames.settle(soon(), frame);
}

const BAR = `<style>@keyframes grow { from { width: 0 } to { width: 100px } } b { display: block; animation: grow 1s linear both }</style><b></b>`;

it("shows clips in their time, also in shadow trees, and whatever a page does with what is hidden", async () => {
  await withPage(
    `<div data-composition-id="main" data-duration="9"><p class="clip" data-start="0.5" data-duration="0.5">x</p>
      <div id="copies"></div><section id="again"><p class="clip" data-start="0.5" data-duration="0.3">y</p></section>
      <section class="clip" data-start="0.4" data-duration="0.6"><div id="host"></div></section><div id="later"></div></div>
    <script>
      const copied = document.querySelector("p");
      // A sheet that a page finds it may take for its own.
      setTimeout(() => { for (const each of document.adoptedStyleSheets) each.replaceSync("p { color: blue }"); }, 100);
      setTimeout(() => { copies.append(copied.cloneNode(true)); again.innerHTML += "<i></i>"; }, 200);
      const clip = '<p class="clip" data-start="0.2" data-duration="0.6">z</p>';
      host.attachShadow({ mode: "open" }).innerHTML = clip;
      setTimeout(() => { const root = later.attachShadow({ mode: "closed" }); root.innerHTML = clip; window.lateRoot = root; }, 300);
      const shows = (element) => element?.checkVisibility({ visibilityProperty: true }) ?? null;
      const look = () => [copied, copies.firstElementChild, again.firstElementChild, host.shadowRoot.firstChild, window.lateRoot?.firstChild].map(shows);
    </script>`,
    async (page) => {
      const seen: Record<number, unknown> = {};
      for (const frame of [0, 2, 3, 4, 5, 7, 8, 10]) {
        await page.stepTo(frame);
        seen[frame] = await page.read("look()");
      }
      expect(seen).toEqual({
        0: [false, null, false, false, null],
        2: [false, false, false, false, null],
        3: [false, false, false, false, true],
        4: [false, false, false, true, true],
        5: [true, true, true, true, true],
        7: [true, true, true, true, true],
        8: [true, true, false, false, false],
        10: [false, false, false, false, false],
      });
    },
  );
});

it(
  "goes on with the page that it has, and reaches what comes into it late",
  { timeout: 60_000 },
  async () => {
    const frame = (sandbox: string): string =>
      `<iframe sandbox="${sandbox}" srcdoc="${BAR.replaceAll('"', "&quot;")}"></iframe>`;
    await withPage(
      `<meta http-equiv="refresh" content="1"><div data-composition-id="main" data-duration="9"></div>
    ${frame("")}${frame("allow-same-origin")}<iframe sandbox srcdoc="<p>x</p>"></iframe>
    <template id="template"><section><template shadowrootmode="open" shadowrootclonable>${BAR}</template></section></template>
    <div id="clones"></div><div id="marquees"></div><script>
      setTimeout(() => clones.append(template.content.cloneNode(true)), 300);
      setTimeout(() => { marquees.attachShadow({ mode: "open" }).innerHTML = "<marquee scrollamount=10 style='width: 300px'><i>x</i></marquee>"; }, 300);
      setTimeout(() => location.reload(), 400);
      const loadedAt = performance.timeOrigin;
      const told = () => {
        const { timeOrigin, timing } = performance.toJSON();
        return {
          file: new File([], "a").lastModified - Date.now(),
          dated: new File([], "a", { lastModified: 7 }).lastModified,
          origin: timeOrigin - loadedAt,
          timing: timing.toJSON().navigationStart - Math.ceil(loadedAt),
          loaded: performance.getEntriesByType("navigation")[0].toJSON().responseEnd < 0.01,
          mark: performance.mark("a").toJSON().startTime - performance.now(),
        };
      };
    </script>`,
      async (page) => {
        for (let frame = 0; frame <= 8; frame++) {
          await step(page, frame);
          // The refresh is due by the machine's time.
          if (frame === 2) await sleep(1_500);
        }
        expect(await page.read("Math.round(performance.now())")).toBe(800);
        expect(await page.read("told()")).toEqual({
          file: 0,
          dated: 7,
          origin: 0,
          timing: 0,
          loaded: true,
          mark: 0,
        });
        const clone = "clones.firstElementChild.shadowRoot.querySelector('b').offsetWidth";
        expect(await page.read(clone)).toBe(50);
        const left = "marquees.shadowRoot.querySelector('i').getBoundingClientRect().left";
        // HTML: by `scrollamount` pixels every 85 ms, from the right edge of its 300 px.
        const begun = 308 - Number(await page.read(left));
        expect(begun).toBeGreaterThan(40);
        expect(begun).toBeLessThan(70);
        const codes = (await page.read(
          "__framewright.inspector.findings().told.map(({ code, selector }) => [code, selector ?? ''].join(' '))",
        )) as string[];
        expect(codes).toEqual(
          expect.arrayContaining([
            "reload-ignored ",
            "frame-still iframe:nth-of-type(1)",
            "frame-still iframe:nth-of-type(2)",
          ]),
        );
      },
    );
  },
);

const svg = (inner: string): string =>
  `data:image/svg+xml,${encodeURIComponent(`<svg xmlns="http://www.w3.org/2000/svg" width="9" height="9">${inner}</svg>`)}`;
const MOVING = svg('<rect width="9" height="9"><animate attributeName="x" to="9" dur="1s"/></rect>');
const MOVING_BY_STYLE = svg(
  `<!-- ${"far from its beginning ".repeat(4_000)} --><style>@keyframes go { to { opacity: 0 } } rect { animation: go 1s }</style><rect width="9" height="9"/>`,
);
const STILL = svg('<rect width="9" height="9"/>');

it("keeps the text cursor steady, and tells SVG images that move from those that do not", async () => {
  const searchPath = process.env["PATH"] ?? "";
  const { ffmpeg } = await findFfmpeg({ searchPath, cacheDir: join(homedir(), ".cache", "framewright") });
  await withPage(
    `<style>body { margin: 0 } .hidden { opacity: 0 }</style><div data-composition-id="main" data-duration="9"></div>
    <div id="field" contenteditable style="outline: 0; font: 60px sans-serif; height: 80px; caret-color: #f00"></div>
    <img class="hidden" src="${MOVING}"><p class="hidden" style="background: url(${MOVING_BY_STYLE})">x</p><img class="hidden" src="${STILL}">
    <script>field.focus()</script>`,
    async (page) => {
      const pictures: Buffer[] = [];
      for (let frame = 0; frame < 12; frame++) {
        await step(page, frame);
        pictures.push(await page.composition.frames.capture(frame, { codec: "png", quality: 100 }, soon()));
        await sleep(100);
      }
      for (const [frame, picture] of pictures.entries())
        expect(picture.equals(pictures[0] ?? Buffer.of()), `frame ${frame}`).toBe(true);
      const decoding = promisify(execFile)(
        ffmpeg,
        ["-v", "error", "-i", "-", "-f", "rawvideo", "-pix_fmt", "rgb24", "-"],
        { encoding: "buffer" },
      );
      decoding.child.stdin?.end(pictures[0]);
      const { stdout } = await decoding;
      expect(stdout.includes(Buffer.of(255, 0, 0))).toBe(true);
      const told = page.composition.page.news().animatedDrawings?.map(({ url }) => url.slice(0, 200));
      expect(told?.toSorted()).toEqual([MOVING, MOVING_BY_STYLE].map((url) => url.slice(0, 200)).toSorted());
    },
  );
});

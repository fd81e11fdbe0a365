import { barElement } from "../page.ts";
import { plainGroup, plainPage } from "../plain-page.ts";
import { bar, ramp } from "../shapes.ts";

const make = plainGroup("library-gsap", "libraries");
const JSDELIVR = "https://cdn.jsdelivr.net/npm";
const ROW = barElement("a", 0);
const five = bar(0, (n) => 5 * n, { tolerance: 4 });
const PLAY = `gsap.to("#a", { width: 300, duration: 2, ease: "none" });`;

/** A page with GSAP and plugins of one version, as the CDN's own snippets have it. */
function page(
  plugins: readonly string[],
  script: string,
  body = ROW,
  gsap = `${JSDELIVR}/gsap@3.13.0/dist`,
): string {
  const head = ["gsap", ...plugins].map((name) => `<script src="${gsap}/${name}.min.js"></script>`).join("");
  const register = plugins.length === 0 ? "" : `gsap.registerPlugin(${plugins.join(", ")});`;
  return plainPage(body, { head, script: `${register}\n${script}` });
}

export const libraryGsap = [
  make("pinned-by-jsdelivr", page([], PLAY), [five]),
  make("a-range", page([], PLAY, ROW, `${JSDELIVR}/gsap@3/dist`), [five]),
  make("latest-by-unpkg", page([], PLAY, ROW, "https://unpkg.com/gsap@latest/dist"), [five]),
  make("without-a-version", page([], PLAY, ROW, `${JSDELIVR}/gsap/dist`), [five]),
  make("by-cdnjs", page([], PLAY, ROW, "https://cdnjs.cloudflare.com/ajax/libs/gsap/3.12.5"), [five]),
  make(
    "module-by-esm",
    plainPage(ROW, { module: `import gsap from "https://esm.sh/gsap@3.12.5"; ${PLAY}` }),
    [five],
  ),
  make(
    "module-by-jsdelivr",
    plainPage(ROW, { module: `import { gsap } from "${JSDELIVR}/gsap@3.12.5/+esm"; ${PLAY}` }),
    [five],
  ),
  make(
    "from-tweens-that-run-by-themselves",
    page([], `gsap.from("#a", { width: 300, duration: 2, ease: "none" });`, barElement("a", 0, "width:0")),
    [bar(0, (n) => 300 - 5 * n, { tolerance: 4 })],
  ),
  make(
    "stagger",
    page(
      [],
      `gsap.to(".bar", { width: 150, duration: 0.5, ease: "none", stagger: 0.5 });`,
      [0, 1, 2].map((row) => barElement(`b${row}`, row)).join(""),
    ),
    [0, 1, 2].map((row) => bar(row, (n) => ramp(n, 15 * row, 15 * row + 15, 0, 150), { tolerance: 8 })),
  ),
  make(
    "scroll-trigger",
    page(
      ["ScrollTrigger"],
      `gsap.to("#a", { width: 300, ease: "none", scrollTrigger: { start: 0, end: 1000, scrub: true } });
       gsap.to(window, { duration: 0 }); let n = 0; gsap.ticker.add((time) => window.scrollTo(0, 500 * time));`,
      `<style>#a { position: fixed } ::-webkit-scrollbar { display: none }</style><div style="height:1180px"></div>${ROW}`,
    ),
    [bar(0, (n) => 5 * n, { tolerance: 14 })],
  ),
  make(
    "split-text",
    page(
      ["SplitText"],
      `const split = SplitText.create("#t", { type: "chars" }); gsap.set("#a", { width: 20 * split.chars.length });`,
      `${ROW}<div id="t" style="position:absolute;top:60px">abcdefghij</div>`,
    ),
    [bar(0, () => 200)],
  ),
  make(
    "motion-path",
    page(
      ["MotionPathPlugin"],
      `gsap.to("#a", { duration: 2, ease: "none", motionPath: { path: "M0,0 L300,0", curviness: 0 } });`,
      barElement("a", 0, "width:20px"),
    ),
    [bar(0, (n) => [5 * n, 5 * n + 20], { tolerance: 4 })],
  ),
  make(
    "flip",
    page(
      ["Flip"],
      `const state = Flip.getState("#a"); a.style.left = "300px"; Flip.from(state, { duration: 2, ease: "none" });`,
      barElement("a", 0, "width:20px"),
    ),
    [bar(0, (n) => [5 * n, 5 * n + 20], { tolerance: 4 })],
  ),
  make(
    "draw-svg",
    page(
      ["DrawSVGPlugin"],
      `gsap.from("#p", { drawSVG: "0%", duration: 2, ease: "none" });`,
      `<svg width="320" height="180" style="position:absolute;left:0;top:0"><path id="p" d="M0,8 L300,8" stroke="#000" stroke-width="16"/></svg>`,
    ),
    [five],
  ),
  make(
    "morph-svg",
    page(
      ["MorphSVGPlugin"],
      `gsap.to("#p", { morphSVG: "M0,0 L320,0 L320,16 L0,16 Z", duration: 2, ease: "none" });`,
      `<svg width="320" height="180" style="position:absolute;left:0;top:0"><path id="p" d="M0,0 L20,0 L20,16 L0,16 Z"/></svg>`,
    ),
    [bar(0, (n) => 20 + 5 * n, { tolerance: 6 })],
  ),
  make(
    "text",
    page(
      ["TextPlugin"],
      `gsap.to("#t", { text: "abcdefghijklmno", duration: 2, ease: "none" }); gsap.ticker.add(() => { a.style.width = 20 * t.textContent.length + "px"; });`,
      `${ROW}<div id="t" style="position:absolute;top:60px"></div>`,
    ),
    [bar(0, (n) => 5 * n, { tolerance: 24 })],
  ),
  make(
    "custom-ease",
    page(
      ["CustomEase"],
      `CustomEase.create("line", "M0,0 L1,1"); gsap.to("#a", { width: 300, duration: 2, ease: "line" });`,
    ),
    [five],
  ),
  make("a-version-that-does-not-exist", page([], PLAY, ROW, `${JSDELIVR}/gsap@3.999.0/dist`), [five], {
    mayBeTold: true,
    tells: [/gsap/, /3\.999\.0/],
  }),
  make(
    "a-package-that-does-not-exist",
    plainPage(ROW, {
      head: `<script src="${JSDELIVR}/framewright-no-such-package@1.0.0/index.js"></script>`,
      script: "noSuchPackage.start();",
    }),
    [],
    { tells: [/framewright-no-such-package|noSuchPackage/] },
  ),
];

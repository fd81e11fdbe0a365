import { barElement } from "../page.ts";
import { plainGroup, plainPage } from "../plain-page.ts";
import { bar, moves, ramp } from "../shapes.ts";

const make = plainGroup("library-motion", "libraries");
const JSDELIVR = "https://cdn.jsdelivr.net/npm";
const CDNJS = "https://cdnjs.cloudflare.com/ajax/libs";
const ROW = barElement("a", 0);
const five = bar(0, (n) => 5 * n, { tolerance: 6 });
const load = (url: string): string => `<script src="${url}"></script>`;
const page = (url: string, script: string, body = ROW): string =>
  plainPage(body, { head: load(url), script });

/** A film of 60 frames in which a black box of 20×16 moves by five pixels a frame. */
const LOTTIE = JSON.stringify({
  v: "5.7.0",
  fr: 30,
  ip: 0,
  op: 60,
  w: 320,
  h: 180,
  nm: "bar",
  ddd: 0,
  assets: [],
  layers: [
    {
      ddd: 0,
      ind: 1,
      ty: 4,
      nm: "box",
      sr: 1,
      ip: 0,
      op: 60,
      st: 0,
      bm: 0,
      ks: {
        o: { a: 0, k: 100 },
        r: { a: 0, k: 0 },
        a: { a: 0, k: [0, 0, 0] },
        s: { a: 0, k: [100, 100, 100] },
        p: {
          a: 1,
          k: [
            { t: 0, s: [10, 8, 0], e: [310, 8, 0], i: { x: [1], y: [1] }, o: { x: [0], y: [0] } },
            { t: 60, s: [310, 8, 0] },
          ],
        },
      },
      shapes: [
        {
          ty: "gr",
          nm: "g",
          it: [
            { ty: "rc", nm: "r", p: { a: 0, k: [0, 0] }, s: { a: 0, k: [20, 16] }, r: { a: 0, k: 0 } },
            { ty: "fl", nm: "f", c: { a: 0, k: [0, 0, 0, 1] }, o: { a: 0, k: 100 } },
            {
              ty: "tr",
              p: { a: 0, k: [0, 0] },
              a: { a: 0, k: [0, 0] },
              s: { a: 0, k: [100, 100] },
              r: { a: 0, k: 0 },
              o: { a: 0, k: 100 },
            },
          ],
        },
      ],
    },
  ],
});
const STAGE = `<div id="stage" style="position:absolute;left:0;top:0;width:320px;height:180px"></div>`;
const moving = bar(0, (n) => [5 * n, 5 * n + 20], { tolerance: 6 });
const lottie = (renderer: string, source: string): string =>
  page(
    `${CDNJS}/lottie-web/5.12.2/lottie.min.js`,
    `lottie.loadAnimation({ container: stage, renderer: "${renderer}", loop: false, autoplay: true, ${source} });`,
    STAGE,
  );

export const libraryMotion = [
  make(
    "anime-3",
    page(
      `${JSDELIVR}/animejs@3.2.2/lib/anime.min.js`,
      `anime({ targets: "#a", width: 300, duration: 2000, easing: "linear" });`,
    ),
    [five],
  ),
  make(
    "anime-3-by-cdnjs",
    page(
      `${CDNJS}/animejs/3.2.1/anime.min.js`,
      `anime.timeline({ easing: "linear", duration: 1000 }).add({ targets: "#a", width: 150 }).add({ targets: "#b", width: 150 });`,
      ROW + barElement("b", 1),
    ),
    [
      bar(0, (n) => ramp(n, 0, 30, 0, 150), { tolerance: 6 }),
      bar(1, (n) => ramp(n, 30, 60, 0, 150), { tolerance: 6 }),
    ],
  ),
  make(
    "anime-4",
    page(
      `${JSDELIVR}/animejs@4.0.2/lib/anime.iife.min.js`,
      `anime.animate("#a", { width: "300px", duration: 2000, ease: "linear" });`,
    ),
    [five],
  ),
  make(
    "anime-4-as-a-module",
    plainPage(ROW, {
      module: `import { animate } from "https://esm.sh/animejs@4.0.2"; animate("#a", { width: "300px", duration: 2000, ease: "linear" });`,
    }),
    [five],
  ),
  make("lottie-as-svg", lottie("svg", `animationData: ${LOTTIE}`), [moving]),
  make("lottie-on-a-canvas", lottie("canvas", `animationData: ${LOTTIE}`), [moving]),
  make(
    "lottie-from-a-file",
    lottie("svg", `path: "film.json"`),
    [bar(0, (n) => [5 * n, 5 * n + 20], { tolerance: 12 })],
    { files: { "film.json": LOTTIE } },
  ),
  make(
    "motion",
    page(
      `${JSDELIVR}/motion@11.11.13/dist/motion.js`,
      `Motion.animate("#a", { width: ["0px", "300px"] }, { duration: 2, ease: "linear" });`,
    ),
    [five],
  ),
  make(
    "jquery",
    page(`${CDNJS}/jquery/3.7.1/jquery.min.js`, `$("#a").animate({ width: 300 }, 2000, "linear");`),
    [five],
  ),
  make(
    "jquery-from-its-own-host",
    page("https://code.jquery.com/jquery-3.7.1.min.js", `$("#a").animate({ width: 300 }, 2000, "linear");`),
    [five],
    { mayBeTold: true, tells: [/jquery/] },
  ),
  make(
    "velocity",
    page(
      `${CDNJS}/velocity/2.0.6/velocity.min.js`,
      `Velocity(a, { width: "300px" }, { duration: 2000, easing: "linear" });`,
    ),
    [bar(0, (n) => 5 * n, { tolerance: 12 })],
  ),
  make(
    "typed",
    page(
      `${JSDELIVR}/typed.js@2.1.0/dist/typed.umd.js`,
      `new Typed("#t", { strings: ["abcdefghij"], typeSpeed: 50 });`,
      `<span id="t" style="font:24px monospace"></span>`,
    ),
    [moves(1, 40)],
  ),
  make(
    "animate-css",
    plainPage(
      `<div id="a" class="bar animate__animated animate__fadeIn" style="width:100px;top:0;--animate-duration:2s"></div>`,
      {
        head: `<link rel="stylesheet" href="${CDNJS}/animate.css/4.1.1/animate.min.css">`,
      },
    ),
    [moves(1, 20), bar(0, (n) => (n > 55 ? 100 : n < 1 ? 0 : 100), { tolerance: 101 })],
  ),
  make(
    "matter",
    page(
      `${CDNJS}/matter-js/0.19.0/matter.min.js`,
      `const engine = Matter.Engine.create({ gravity: { y: 0 } }); const box = Matter.Bodies.rectangle(10, 8, 20, 16, { frictionAir: 0 });
     Matter.Body.setVelocity(box, { x: 2.5, y: 0 }); Matter.Composite.add(engine.world, box); Matter.Runner.run(engine);
     requestAnimationFrame(function draw() { a.style.transform = "translateX(" + (box.position.x - 10) + "px)"; requestAnimationFrame(draw); });`,
      barElement("a", 0, "width:20px"),
    ),
    [moves(2, 8), moves(30, 40)],
  ),
  make(
    "zdog-and-a-loop",
    page(
      `${CDNJS}/zdog/1.1.3/zdog.dist.min.js`,
      `const z = new Zdog.Illustration({ element: "#c" }); const box = new Zdog.Rect({ addTo: z, width: 100, height: 60, stroke: 8, color: "#000" });
     (function step() { z.rotate.y += 0.05; z.updateRenderGraph(); requestAnimationFrame(step); })();`,
      `<canvas id="c" width="320" height="180"></canvas>`,
    ),
    [moves(2, 12)],
  ),
];

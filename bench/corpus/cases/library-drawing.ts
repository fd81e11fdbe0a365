import { barElement } from "../page.ts";
import { plainGroup, plainPage } from "../plain-page.ts";
import { bar, dot, moves } from "../shapes.ts";

const make = plainGroup("library-drawing", "libraries");
const JSDELIVR = "https://cdn.jsdelivr.net/npm";
const CDNJS = "https://cdnjs.cloudflare.com/ajax/libs";
const ROW = barElement("a", 0);
const CANVAS = `<canvas id="c" width="320" height="180" style="position:absolute;left:0;top:0"></canvas>`;
const load = (...urls: readonly string[]): string =>
  urls.map((url) => `<script src="${url}"></script>`).join("");
const five = bar(0, (n) => 5 * n, { tolerance: 8 });
const moving = bar(0, (n) => [5 * n, 5 * n + 20], { tolerance: 8 });

/** A box of 20×16 that moves over an orthographic stage of 320×180. */
const THREE = `const renderer = new THREE.WebGLRenderer({ canvas: c }); renderer.setClearColor(0xffffff);
  const camera = new THREE.OrthographicCamera(0, 320, 180, 0, -10, 10); const scene = new THREE.Scene();
  const box = new THREE.Mesh(new THREE.PlaneGeometry(20, 16), new THREE.MeshBasicMaterial({ color: 0 })); scene.add(box);
  renderer.setAnimationLoop((t) => { box.position.set(10 + t * 0.15, 172, 0); renderer.render(scene, camera); });`;
const react = (source: string): string => plainPage(`<div id="app"></div>`, { head: source });

export const libraryDrawing = [
  make(
    "three-as-a-module",
    plainPage(CANVAS, {
      head: `<script type="importmap">{ "imports": { "three": "${JSDELIVR}/three@0.160.0/build/three.module.js", "three/addons/": "${JSDELIVR}/three@0.160.0/examples/jsm/" } }</script>`,
      module: `import * as THREE from "three"; ${THREE}`,
    }),
    [moving],
  ),
  make(
    "three-of-old",
    plainPage(CANVAS, { head: load(`${CDNJS}/three.js/r128/three.min.js`), script: THREE }),
    [moving],
  ),
  make(
    "three-with-addons",
    plainPage(CANVAS, {
      head: `<script type="importmap">{ "imports": { "three": "https://unpkg.com/three@0.160.0/build/three.module.js", "three/addons/": "https://unpkg.com/three@0.160.0/examples/jsm/" } }</script>`,
      module: `import * as THREE from "three"; import { OrbitControls } from "three/addons/controls/OrbitControls.js"; ${THREE}; new OrbitControls(camera, c).enabled = false;`,
    }),
    [moving],
  ),
  make(
    "d3-transition",
    plainPage(`<svg width="320" height="180" style="position:absolute;left:0;top:0"></svg>`, {
      head: load(`${JSDELIVR}/d3@7`),
      script: `d3.select("svg").append("rect").attr("height", 16).attr("width", 0).transition().duration(2000).ease(d3.easeLinear).attr("width", 300);`,
    }),
    [five],
  ),
  make(
    "d3-by-d3js-org",
    plainPage(ROW, {
      head: load("https://d3js.org/d3.v7.min.js"),
      script: `d3.select("#a").style("width", d3.scaleLinear([0, 1], [0, 200])(1) + "px");`,
    }),
    [bar(0, () => 200)],
    { mayBeTold: true, tells: [/d3/] },
  ),
  make(
    "d3-as-a-module",
    plainPage(ROW, {
      module: `import * as d3 from "${JSDELIVR}/d3@7/+esm"; d3.select("#a").style("width", d3.scaleLinear([0, 1], [0, 200])(1) + "px");`,
    }),
    [bar(0, () => 200)],
  ),
  make(
    "atlas",
    plainPage(ROW, {
      head: load(`${JSDELIVR}/topojson-client@3`),
      script: `fetch("${JSDELIVR}/world-atlas@2.0.2/countries-110m.json").then((r) => r.json()).then((world) => {
      a.style.width = topojson.feature(world, world.objects.countries).features.length + "px"; });`,
    }),
    [bar(0, () => 177)],
  ),
  make(
    "pixi-7",
    plainPage(`<div id="stage" style="position:absolute;left:0;top:0"></div>`, {
      head: load(`${CDNJS}/pixi.js/7.4.2/pixi.min.js`),
      script: `const app = new PIXI.Application({ width: 320, height: 180, background: 0xffffff }); stage.append(app.view);
      const g = new PIXI.Graphics(); g.beginFill(0).drawRect(0, 0, 20, 16); app.stage.addChild(g);
      app.ticker.add(() => { g.x = performance.now() * 0.15; });`,
    }),
    [
      // Before its first tick a canvas of WebGL is black, in any browser.
      bar(0, (n) => (n === 0 ? 320 : [5 * n, 5 * n + 20]), { tolerance: 8 }),
    ],
  ),
  make(
    "pixi-8",
    plainPage(`<div id="stage" style="position:absolute;left:0;top:0"></div>`, {
      head: load(`${JSDELIVR}/pixi.js@8.6.6/dist/pixi.min.js`),
      script: `(async () => { const app = new PIXI.Application(); await app.init({ width: 320, height: 180, background: 0xffffff, preference: "webgl" }); stage.append(app.canvas);
      const g = new PIXI.Graphics().rect(0, 0, 20, 16).fill(0); app.stage.addChild(g); let t0; app.ticker.add(() => { t0 ??= performance.now(); g.x = (performance.now() - t0) * 0.15; }); })();`,
    }),
    [moves(5, 15), moves(30, 40)],
  ),
  make(
    "p5",
    plainPage("", {
      head: load(`${CDNJS}/p5.js/1.9.4/p5.min.js`),
      script: `function setup() { createCanvas(320, 180).position(0, 0); noStroke(); fill(0); } function draw() { background(255); rect(0, 0, 5 * (frameCount - 1) / 2, 16); }`,
    }),
    [moves(2, 12), moves(30, 40)],
  ),
  make(
    "chart-js",
    plainPage(`<div style="width:320px;height:180px">${CANVAS}</div>`, {
      head: load(`${JSDELIVR}/chart.js@4.4.4/dist/chart.umd.js`),
      script: `new Chart(c, { type: "bar", data: { labels: ["a"], datasets: [{ data: [1], backgroundColor: "#000", barPercentage: 1, categoryPercentage: 1 }] },
      options: { responsive: false, animation: { duration: 1000 }, scales: { x: { display: false }, y: { display: false, min: 0, max: 1 } }, plugins: { legend: { display: false } } } });`,
    }),
    [
      moves(1, 10),
      dot(160, 20, (n) => (n > 35 ? "#000000" : null)),
      dot(160, 10, (n) => (n === 0 ? "#ffffff" : null)),
    ],
  ),
  make(
    "echarts",
    plainPage(`<div id="e" style="width:320px;height:180px"></div>`, {
      head: load(`${JSDELIVR}/echarts@5.5.1/dist/echarts.min.js`),
      script: `echarts.init(e).setOption({ animationDuration: 1000, xAxis: { type: "category", data: ["a", "b"] }, yAxis: {}, series: [{ type: "bar", data: [5, 9] }] });`,
    }),
    [moves(1, 15)],
  ),
  make(
    "konva",
    plainPage(`<div id="stage"></div>`, {
      head: load(`https://unpkg.com/konva@9.3.14/konva.min.js`),
      script: `const stage = new Konva.Stage({ container: "stage", width: 320, height: 180 }); const layer = new Konva.Layer(); stage.add(layer);
      const box = new Konva.Rect({ width: 20, height: 16, fill: "#000" }); layer.add(box); new Konva.Animation(({ time }) => { box.x(time * 0.15); }, layer).start();`,
    }),
    [bar(0, (n) => [5 * n, 5 * n + 20], { tolerance: 12 })],
  ),
  make(
    "react-and-babel",
    react(`${load("https://unpkg.com/react@18.3.1/umd/react.production.min.js", "https://unpkg.com/react-dom@18.3.1/umd/react-dom.production.min.js", "https://unpkg.com/@babel/standalone@7.25.6/babel.min.js")}
    <script type="text/babel">function Bar() { const [t, set] = React.useState(0); React.useEffect(() => { let id; const s = (t) => { set(t); id = requestAnimationFrame(s); };
      id = requestAnimationFrame(s); return () => cancelAnimationFrame(id); }, []); return <div className="bar" style={{ top: 0, width: t * 0.15 }} />; }
      ReactDOM.createRoot(document.getElementById("app")).render(<Bar />);</script>`),
    [bar(0, (n) => 5 * n, { tolerance: 14 })],
  ),
  make(
    "react-as-a-module",
    plainPage(`<div id="app"></div>`, {
      module: `import React from "https://esm.sh/react@18.3.1"; import { createRoot } from "https://esm.sh/react-dom@18.3.1/client";
      createRoot(app).render(React.createElement("div", { className: "bar", style: { top: 0, width: 200 } }));`,
    }),
    [bar(0, () => 200)],
  ),
  make(
    "vue",
    plainPage(`<div id="app"><div class="bar" :style="{ top: 0, width: px + 'px' }"></div></div>`, {
      head: load("https://unpkg.com/vue@3/dist/vue.global.prod.js"),
      script: `Vue.createApp({ data: () => ({ px: 0 }), mounted() { const s = (t) => { this.px = t * 0.15; requestAnimationFrame(s); }; requestAnimationFrame(s); } }).mount("#app");`,
    }),
    [bar(0, (n) => 5 * n, { tolerance: 14 })],
  ),
  make(
    "alpine",
    plainPage(
      `<div x-data="{ px: 200 }"><div class="bar" style="top:0" :style="{ width: px + 'px' }"></div></div>`,
      { head: `<script defer src="${JSDELIVR}/alpinejs@3.14.1/dist/cdn.min.js"></script>` },
    ),
    [bar(0, () => 200)],
  ),
  make(
    "lit",
    plainPage("<grow-bar></grow-bar>", {
      module: `import { LitElement, html, css } from "https://esm.sh/lit@3.2.0"; customElements.define("grow-bar", class extends LitElement {
      static styles = css\`i { position: absolute; left: 0; top: 0; height: 16px; width: 200px; background: #000 }\`; render() { return html\`<i></i>\`; } });`,
    }),
    [bar(0, () => 200)],
  ),
  make(
    "tailwind-4",
    plainPage(`<div class="absolute left-0 top-0 h-4 w-50 bg-black"></div>`, {
      head: load(`${JSDELIVR}/@tailwindcss/browser@4.0.0`),
    }),
    [bar(0, () => 200)],
  ),
  make(
    "tailwind-from-its-own-host",
    plainPage(`<div class="absolute left-0 top-0 h-[16px] w-[200px] bg-black"></div>`, {
      head: load("https://cdn.tailwindcss.com"),
    }),
    [bar(0, () => 200)],
    { mayBeTold: true, tells: [/tailwind/] },
  ),
  make(
    "bootstrap",
    plainPage(`<div class="bg-dark" style="height:16px;width:200px"></div>`, {
      head: `<link rel="stylesheet" href="${JSDELIVR}/bootstrap@5.3.3/dist/css/bootstrap.min.css">`,
    }),
    [bar(0, () => 200, { colour: "#212529" })],
  ),
  make(
    "leaflet-and-its-tiles",
    plainPage(`<div id="m" style="width:320px;height:180px"></div>`, {
      head: `<link rel="stylesheet" href="https://unpkg.com/leaflet@1.9.4/dist/leaflet.css">${load("https://unpkg.com/leaflet@1.9.4/dist/leaflet.js")}`,
      script: `L.tileLayer("https://tile.openstreetmap.org/{z}/{x}/{y}.png").addTo(L.map("m").setView([48, 11], 5));`,
    }),
    [],
    { tells: [/tile\.openstreetmap\.org/] },
  ),
  make(
    "tone",
    plainPage(barElement("a", 0, "width:100px"), {
      head: load(`${CDNJS}/tone/14.8.49/Tone.js`),
      script: "new Tone.Synth().toDestination().triggerAttackRelease('C4', 1);",
    }),
    [bar(0, () => 100)],
    { tells: [/audio|sound/i] },
  ),
  make(
    "a-host-that-nobody-serves",
    plainPage(ROW, { head: load("https://static.example.com/lib.js"), script: "lib.draw();" }),
    [],
    { tells: [/static\.example\.com|lib is not defined/] },
  ),
];

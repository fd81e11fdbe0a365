import { growingImage, tone } from "../moving-image.ts";
import { barElement, composition } from "../page.ts";
import { plainGroup, plainPage } from "../plain-page.ts";
import { bar } from "../shapes.ts";

const make = plainGroup("plain-media", "findings");
const AT = "position:absolute;left:0;top:0";
const grows = bar(0, (n) => 15 * Math.floor(n / 3), { tolerance: 3 });
const ofClip = bar(0, (n) => (n >= 45 || n < 15 ? 0 : 15 * Math.floor((n - 15) / 3)), { tolerance: 3 });
const image = (kind: "gif" | "apng" | "webp") => ({
  page: plainPage(`<img src="bar.${kind}" style="${AT}">`),
  more: { part: "animations" as const, files: { [`bar.${kind}`]: growingImage(kind) } },
});
const gif = image("gif");
const apng = image("apng");
const webp = image("webp");
const sound = (tells: RegExp) => ({ tells: [tells] });

export const plainMedia = [
  make("gif", gif.page, [grows], gif.more),
  make("apng", apng.page, [grows], apng.more),
  make("webp", webp.page, [grows], webp.more),
  make(
    "gif-as-a-background",
    plainPage(`<div style="${AT};width:320px;height:16px;background:url(bar.gif)"></div>`),
    [grows],
    gif.more,
  ),
  make(
    "gif-of-a-clip",
    composition(`<img src="bar.gif" data-start="0.5" data-duration="1" style="${AT}">`),
    [ofClip],
    { ...gif.more, mayBeTold: true, tells: [/gif/i] },
  ),
  make(
    "video",
    plainPage(`<video src="clip.mp4" autoplay muted playsinline style="${AT}"></video>`),
    [grows],
    { files: { "clip.mp4": growingImage("mp4") } },
  ),
  make(
    "video-of-a-clip",
    composition(
      `<video id="v" src="clip.webm" muted data-start="0.5" data-duration="1" data-track-index="0" style="${AT}"></video>`,
    ),
    [ofClip],
    { files: { "clip.webm": growingImage("webm") }, hyperframes: true },
  ),
  make(
    "video-drawn-into-a-canvas",
    plainPage(`<canvas id="c" width="320" height="16"></canvas>`, {
      script: `const v = document.createElement("video"); v.muted = true; v.src = "clip.webm"; v.play();
      requestAnimationFrame(function s() { c.getContext("2d").drawImage(v, 0, 0); requestAnimationFrame(s); });`,
    }),
    [grows],
    { files: { "clip.webm": growingImage("webm") } },
  ),
  make(
    "audio",
    plainPage(`<audio src="tone.mp3" autoplay></audio>${barElement("a", 0, "width:100px")}`),
    [bar(0, () => 100)],
    { isHeard: true, files: { "tone.mp3": tone("mp3") } },
  ),
  make(
    "audio-of-a-clip",
    composition(
      `<audio id="m" src="tone.wav" data-start="0.5" data-duration="1" data-volume="0.5"></audio>${barElement("a", 0, "width:100px")}`,
    ),
    [bar(0, () => 100)],
    { isHeard: true, files: { "tone.wav": tone("wav") }, hyperframes: true },
  ),
  make(
    "sound-by-a-script",
    plainPage(barElement("a", 0, "width:100px"), { script: `new Audio("tone.wav").play().catch(() => {});` }),
    [bar(0, () => 100)],
    {
      ...sound(/audio|sound/i),
      files: { "tone.wav": tone("wav") },
    },
  ),
  make(
    "oscillator",
    plainPage(barElement("a", 0, "width:100px"), {
      script: `const x = new AudioContext(); const o = x.createOscillator(); o.connect(x.destination); o.start();`,
    }),
    [bar(0, () => 100)],
    sound(/audio|sound/i),
  ),
  make(
    "nothing-is-drawn",
    plainPage(`<div style="opacity:0">text</div>`, { script: `document.body.dataset.x = "1";` }),
    [],
    {
      tells: [/empty|nothing|blank|one colour/i],
    },
  ),
  make(
    "text-is-cut",
    composition(
      `<div style="position:absolute;left:260px;top:60px;white-space:nowrap;font:32px sans-serif">This line is far too long</div>`,
    ),
    [],
    { tells: [/cut|outside|overflow/i] },
  ),
  make(
    "worker",
    plainPage(barElement("a", 0, "width:100px"), {
      script: `new Worker(URL.createObjectURL(new Blob(["setInterval(() => postMessage(1), 10)"])));`,
    }),
    [bar(0, () => 100)],
    { tells: [/worker/i] },
  ),
  make(
    "fails-midway",
    plainPage(barElement("a", 0, "width:100px"), {
      script: `setTimeout(() => { failsInTheMiddle(); }, 1000);`,
    }),
    [bar(0, () => 100)],
    { tells: [/failsInTheMiddle/] },
  ),
  make(
    "missing-midway",
    plainPage(barElement("a", 0, "width:100px"), {
      script: `setTimeout(() => { document.body.append(Object.assign(new Image(), { src: "gone.png" })); }, 1000);`,
    }),
    [bar(0, () => 100)],
    { tells: [/gone\.png/] },
  ),
];

import { afterAll, beforeAll, describe, expect, test } from "vitest";

import { BARCODES, HEIGHT, readBarcodes, WIDTH } from "../frame-truth/barcodes.ts";
import { renderToFile } from "./api.ts";
import { colourName, decodeColours, decodeGrey, type Picture, solidPng } from "./decode.ts";
import { type Folder, openFolder } from "./machine.ts";
import { page } from "./pages.ts";
import { startTestProducer, type TestProducer } from "./producer.ts";
import { tarGz, upload, zip } from "./uploads.ts";

let service: TestProducer;
let folder: Folder;

beforeAll(async () => {
  [service, folder] = await Promise.all([startTestProducer(), openFolder()]);
});
afterAll(async () => {
  await service[Symbol.asyncDispose]();
  await folder[Symbol.asyncDispose]();
});

async function renderColours(body: object | FormData): Promise<Picture> {
  return decodeColours((await renderToFile(service, body, folder.dir)).file);
}

/** In which frames a pixel has a colour. */
function framesWith(picture: Picture, colour: string, x: number, y: number): number[] {
  return Array.from({ length: picture.frames }, (_, frame) => frame).filter(
    (frame) => colourName(picture.at(frame, x, y)) === colour,
  );
}

const box = (style: string, attributes = ""): string =>
  `<i ${attributes} style="position: absolute; width: 32px; height: 32px; ${style}"></i>`;

describe("a project with its own files", () => {
  const files = async (): Promise<Record<string, Buffer | string>> => ({
    "index.html": page({
      head: '<link rel="stylesheet" href="css/style.css">',
      body: '<img src="images/red dot.png" width="32" height="32"><b id="styled"></b>',
    }),
    "css/style.css":
      "img { position: absolute } #styled { position: absolute; left: 32px; width: 32px; height: 32px; background: #0f0 }",
    "images/red dot.png": await solidPng("red"),
  });

  test.each([
    ["tar.gz", tarGz],
    ["zip", zip],
  ])("comes as %s", async (_, pack) => {
    const picture = await renderColours(upload(await pack(await files()), { fps: 10 }));
    expect(picture.frames).toBe(5);
    for (let frame = 0; frame < picture.frames; frame++) {
      expect(colourName(picture.at(frame, 16, 16))).toBe("red");
      expect(colourName(picture.at(frame, 48, 16))).toBe("lime");
    }
  });

  test("may have another entry file, in a folder", async () => {
    const html = page({ head: '<link rel="stylesheet" href="../all.css">', body: box("") });
    const archive = await zip({ "scenes/one two.html": html, "all.css": "i { background: #00f }" });
    const picture = await renderColours(upload(archive, { entryFile: "scenes/one two.html", fps: 10 }));
    expect(framesWith(picture, "blue", 16, 16)).toHaveLength(5);
  });

  test("keeps the time in frames within frames", async () => {
    const frame = (source: string): string =>
      `<iframe src="${source}" style="border: 0" width="${WIDTH}" height="${HEIGHT}"></iframe>`;
    const archive = await tarGz({
      "index.html": page({ width: WIDTH, height: HEIGHT, duration: 0.5, body: frame("middle.html") }),
      "middle.html": `<!doctype html><body style="margin: 0">${frame("inner.html")}`,
      "inner.html": BARCODES["animation-frame"]?.({ seconds: 0.5, frameMs: 1000 / 30, gsap: "" }) ?? "",
    });
    const { file } = await renderToFile(service, upload(archive, {}), folder.dir);
    expect(readBarcodes(await decodeGrey(file))).toEqual(Array.from({ length: 15 }, (_, n) => n));
  });
});

test("variables reach the page before its scripts", async () => {
  const head = `<script>
    const { left, right } = window.__hyperframes.getVariables();
    document.documentElement.style.setProperty("--left", left);
    document.documentElement.style.setProperty("--right", right);
  </script>`;
  const declared = JSON.stringify([
    { id: "left", type: "color", label: "Left", default: "#f00" },
    { id: "right", type: "color", label: "Right", default: "#00f" },
  ]);
  const html = page({
    head,
    body: `<p data-composition-variables='${declared}'></p>
      ${box("background: var(--left)")}${box("left: 32px; background: var(--right)")}`,
  }).replace("<html>", `<html data-composition-variables='${declared}'>`);
  const picture = await renderColours({ html, fps: 10, variables: { left: "#0f0" } });
  expect(framesWith(picture, "lime", 16, 16)).toHaveLength(5);
  expect(framesWith(picture, "blue", 48, 16)).toHaveLength(5);
});

test("a range holds the frames that it names", async () => {
  const html = BARCODES["timers"]?.({ seconds: 2, frameMs: 1000 / 30, gsap: "" }) ?? "";
  const byFrames = { html, range: { startFrame: 20, endFrame: 29 } };
  const bySeconds = { html, range: { startSeconds: 1, endSeconds: 1.2 } };
  const numbers = async (body: object): Promise<number[]> =>
    readBarcodes(await decodeGrey((await renderToFile(service, body, folder.dir)).file));
  expect(await numbers(byFrames)).toEqual([20, 21, 22, 23, 24, 25, 26, 27, 28]);
  expect(await numbers(bySeconds)).toEqual([30, 31, 32, 33, 34, 35]);
});

test.each([
  ["larger", 192, 96],
  ["smaller", 32, 16],
])("a %s video is drawn at its own size", async (_, width, height) => {
  const html = page({
    width: 64,
    height: 32,
    body: `${box("left: 0; background: #f00")}${box("left: 32px; background: #00f")}
      ${box("left: 31.5px; width: 0.5px; background: #fff")}`,
  });
  const picture = await renderColours({ html, fps: 10, width });
  expect([picture.width, picture.height]).toEqual([width, height]);
  const at = (x: number, y: number): string =>
    colourName(picture.at(0, Math.floor(x * width), Math.floor(y * height)));
  expect([at(0.1, 0.1), at(0.4, 0.9), at(0.6, 0.1), at(0.95, 0.95)]).toEqual(["red", "red", "blue", "blue"]);
});

test("a clip shows from its start to its end, also where it refers to others", async () => {
  const html = page({
    width: 128,
    duration: 2,
    body: [
      box("left: 0; background: #f00", 'id="one" data-start="0" data-duration="0.5"'),
      box("left: 32px; background: #0f0", 'id="two" data-start="one" data-duration="0.5"'),
      box("left: 64px; background: #00f", 'id="three" data-start="two + 0.5" data-duration="0.3"'),
      box("left: 96px; background: #fff", 'id="four" data-start="three - 0.1"'),
    ].join(""),
  });
  const picture = await renderColours({ html, fps: 10 });
  expect(picture.frames).toBe(20);
  expect(framesWith(picture, "red", 16, 16)).toEqual([0, 1, 2, 3, 4]);
  expect(framesWith(picture, "lime", 48, 16)).toEqual([5, 6, 7, 8, 9]);
  expect(framesWith(picture, "blue", 80, 16)).toEqual([15, 16, 17]);
  expect(framesWith(picture, "white", 112, 16)).toEqual([17, 18, 19]);
});

import { mkdir, symlink } from "node:fs/promises";
import { join } from "node:path";

import { findBrowser } from "@framewright/engine";
import { afterAll, beforeAll, describe, expect, test } from "vitest";

import { readEnvironment, readMachine } from "../../src/config.ts";
import { BARCODES, HEIGHT, readBarcodes, WIDTH } from "../frame-truth/barcodes.ts";
import { renderInChunks } from "./chunked-render.ts";
import { decodeGrey } from "./decode.ts";
import { type Folder, gsapSource, machineTools, openFolder } from "./machine.ts";

const FRAMES = 30;
const FPS = { num: 30, den: 1 };
const { path: browser, origin } = await findBrowser(readMachine(readEnvironment({})));
// The bundled one finds its libraries beside itself, by variables that a configured path does not get.
const onlyBundled = origin === "bundled";

let folder: Folder;

beforeAll(async () => {
  folder = await openFolder();
  // A name that does not promise frame control.
  await symlink(browser, join(folder.dir, "chrome"));
});
afterAll(async () => folder[Symbol.asyncDispose]());

describe(`a browser without frame control${onlyBundled ? " (skipped: no system browser)" : ""}`, () => {
  for (const kind of Object.keys(BARCODES)) {
    test.skipIf(onlyBundled)(`shows frame n at n: ${kind}`, async () => {
      const tools = await machineTools({ PRODUCER_BROWSER_PATH: join(folder.dir, "chrome") });
      expect(tools.browser.frameControl).toBe("screenshot");
      const seconds = FRAMES / 30;
      const html = BARCODES[kind]?.({ seconds, frameMs: 1000 / 30, gsap: await gsapSource() }) ?? "";
      const dir = join(folder.dir, kind);
      await mkdir(dir);
      const page = { tools, html, width: WIDTH, height: HEIGHT, fps: FPS, dir };
      const { file, verdict } = await renderInChunks({ ...page, cuts: [0, 13, FRAMES] });
      expect(verdict.passed).toBe(true);
      expect(readBarcodes(await decodeGrey(file))).toEqual(Array.from({ length: FRAMES }, (_, n) => n));
    });
  }
});

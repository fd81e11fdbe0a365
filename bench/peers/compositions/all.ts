import { mkdir, writeFile } from "node:fs/promises";
import { join } from "node:path";

import { gsapFile } from "../../corpus/page.ts";
import { blurs } from "./blurs.ts";
import { canvas } from "./canvas.ts";
import { cards } from "./cards.ts";
import { images, PICTURES } from "./images.ts";
import type { Shape } from "./page.ts";
import { picture } from "./picture.ts";
import { slides } from "./slides.ts";
import { textHolds } from "./text-holds.ts";
import { webgl } from "./webgl.ts";

/** By name, what each kind of composition looks like. */
export const COMPOSITIONS: Readonly<Record<string, (shape: Shape) => string>> = {
  cards,
  "text-holds": textHolds,
  blurs,
  canvas,
  webgl,
  images,
  slides,
};

/** Writes a composition's project into a folder, and gives that. */
export async function writeComposition(name: string, shape: Shape, dir: string): Promise<string> {
  const make = COMPOSITIONS[name];
  if (!make) throw new Error(`There is no composition ${name}.`);
  await mkdir(dir, { recursive: true });
  await writeFile(join(dir, "index.html"), make(shape));
  await writeFile(join(dir, "gsap.min.js"), gsapFile());
  if (name === "images") {
    for (const [index, file] of PICTURES.entries()) await writeFile(join(dir, file), picture(index));
  }
  return dir;
}

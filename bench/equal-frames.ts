// Reads frames from the compositor's memory and holds each against a lossless screenshot of the same frame, byte by byte:
// `pnpm bench:frames --frames 10000 <folders of further compositions>`. Prints how many are unequal.
import { mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { basename, join } from "node:path";
import { parseArgs } from "node:util";

import type { Size } from "../packages/engine/src/capture/compositor-memory/bitmap.ts";
import { CASES } from "./corpus/cases.ts";
import { sizeOf } from "./corpus/case.ts";
import { writeCase } from "./corpus/render-case.ts";
import { comparePage } from "./frames/compare-page.ts";
import { COMPOSITIONS, writeComposition } from "./peers/compositions/all.ts";

/** So many kinds of the corpus, evenly picked. */
const CORPUS_PAGES = 16;

interface Page {
  readonly name: string;
  readonly size: Size;
  readonly write: (root: string) => Promise<string>;
}

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: { frames: { type: "string", default: "10000" }, only: { type: "string", default: "" } },
});

function corpusPages(): Page[] {
  const shown = CASES.filter(({ shows, isRefused }) => shows !== undefined && isRefused !== true);
  const every = Math.max(1, Math.floor(shown.length / CORPUS_PAGES));
  const picked = shown.filter((_, index) => index % every === 0);
  return picked.map((each) => {
    const [width, height] = sizeOf(each);
    return { name: each.name, size: { width, height }, write: (root) => writeCase(root, each) };
  });
}

function benchPages(): Page[] {
  const size = { width: 1280, height: 720 };
  return Object.keys(COMPOSITIONS).map((name) => ({
    name,
    size,
    write: (root) => writeComposition(name, { ...size, seconds: 20 }, join(root, name)),
  }));
}

/** A composition in a folder, which says its size. */
async function givenPage(dir: string): Promise<Page> {
  const html = await readFile(join(dir, "index.html"), "utf8");
  const said = (name: string, otherwise: number): number =>
    Number(new RegExp(`data-${name}="(\\d+)"`).exec(html)?.[1] ?? otherwise);
  const size = { width: said("width", 1920), height: said("height", 1080) };
  return { name: basename(dir), size, write: async () => dir };
}

const only = new RegExp(values.only);
const pages = [...benchPages(), ...corpusPages(), ...(await Promise.all(positionals.map(givenPage)))].filter(
  ({ name }) => only.test(name),
);
const each = Math.ceil(Number(values.frames) / Math.max(1, pages.length));
const root = await mkdtemp(join(tmpdir(), "framewright-equal-"));
let compared = 0;
let unequal = 0;
let stopped = 0;
try {
  for (const { name, size, write } of pages) {
    try {
      const found = await comparePage(await write(root), size, each);
      compared += found.frames;
      unequal += found.unequal.length;
      const where = found.unequal.length > 0 ? `: ${found.unequal.slice(0, 10).join(", ")}` : "";
      const kinds = `${found.still} still, ${found.moved} moved on`;
      console.log(
        `${name.padEnd(48)} ${found.frames} frames (${kinds}), ${found.unequal.length} unequal${where}`,
      );
    } catch (error) {
      stopped += 1;
      console.log(`${name.padEnd(48)} not compared: ${String(error)}`);
    }
  }
} finally {
  await rm(root, { recursive: true, force: true });
}
console.log(`${compared} frames of ${pages.length - stopped} pages compared, ${unequal} unequal`);
process.exit(unequal > 0 || compared === 0 ? 1 : 0);

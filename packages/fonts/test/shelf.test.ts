import { mkdtemp, readdir, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";

import { afterAll, beforeAll, expect, test } from "vitest";
import { decompress } from "wawoff2";

import { findPackage, namedFiles } from "../src/packages.ts";
import { type FontShelf, prepareShelf } from "../src/prepare-shelf.ts";
import { toSfnt } from "../src/sfnt.ts";

let cacheDir = "";
let shelves: FontShelf[] = [];

beforeAll(async () => {
  cacheDir = await mkdtemp(join(tmpdir(), "framewright-fonts-"));
  shelves = await Promise.all([prepareShelf(cacheDir), prepareShelf(cacheDir)]);
}, 120_000);

afterAll(() => rm(cacheDir, { recursive: true, force: true }));

test("two processes that unpack the fonts at once leave one folder, with every family", async () => {
  const [shelf] = shelves;
  expect(shelves[1]).toEqual(shelf);
  expect(await readdir(cacheDir)).toEqual([`fonts-${shelf?.version}`]);
  expect(shelf?.missing).toEqual([]);
});

test("every font is an OpenType file with the tables that drawing needs, and its folder is configured", async () => {
  const root = join(cacheDir, `fonts-${shelves[0]?.version}`);
  const configured = await readFile(join(root, "fonts.conf"), "utf8");
  const folders = (await readdir(root, { withFileTypes: true })).filter((entry) => entry.isDirectory());
  expect(folders.length).toBeGreaterThan(33);
  for (const { name } of folders) {
    expect(configured).toContain(`<dir>${join(root, name)}</dir>`);
    for (const file of await readdir(join(root, name))) {
      const tables = tablesOf(await readFile(join(root, name, file)));
      expect([...tables.keys()], file).toEqual(expect.arrayContaining(["cmap", "glyf", "head", "hmtx"]));
    }
  }
});

/** https://learn.microsoft.com/typography/opentype/spec/otff#table-directory */
function tablesOf(font: Buffer): Map<string, Buffer> {
  expect(font.readUInt32BE(0)).toBe(0x00010000);
  const count = font.readUInt16BE(4);
  expect(font.readUInt16BE(6)).toBe(2 ** Math.floor(Math.log2(count)) * 16);
  const records = Array.from({ length: count }, (_, index) =>
    font.subarray(12 + 16 * index, 28 + 16 * index),
  );
  return new Map(
    records.map((record) => {
      const offset = record.readUInt32BE(8);
      expect(offset % 4).toBe(0);
      const table = font.subarray(offset, offset + record.readUInt32BE(12));
      expect(table.length).toBe(record.readUInt32BE(12));
      return [record.toString("latin1", 0, 4), table];
    }),
  );
}

test("emoji lose their pictures in SVG and nothing else", async () => {
  const emoji = await findPackage({
    family: "Noto Color Emoji",
    package: "@fontsource/noto-color-emoji",
  });
  const [file = ""] = emoji ? namedFiles(emoji) : [];
  const packed = await readFile(file);
  const before = tablesOf(Buffer.from(await decompress(packed)));
  const after = tablesOf(await toSfnt(packed));
  expect(before.delete("SVG ")).toBe(true);
  expect([...after.keys()]).toEqual([...before.keys()]);
  for (const [name, table] of after) expect(before.get(name)?.equals(table), name).toBe(true);
}, 60_000);

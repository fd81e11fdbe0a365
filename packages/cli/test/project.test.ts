import { link, mkdir, symlink, utimes } from "node:fs/promises";
import { join } from "node:path";
import { Readable } from "node:stream";
import { pipeline } from "node:stream/promises";

import { type ReadEntry, Parser } from "tar";
import { afterEach, describe, expect, it } from "vitest";

import { listFiles } from "../src/project/list-files.ts";
import { listProject } from "../src/project/list-project.ts";
import { openProject } from "../src/project/open-project.ts";
import { temporaryProject } from "./temporary-project.ts";

const removing: (() => Promise<void>)[] = [];
afterEach(async () => {
  for (const remove of removing.splice(0)) await remove();
});

async function project(files: Record<string, string>): Promise<string> {
  const { dir, remove } = await temporaryProject(files);
  removing.push(remove);
  return dir;
}

async function paths(dir: string, except: string[] = []): Promise<string[]> {
  return (await listFiles(dir, except)).files.map(({ path }) => path);
}

const signal = new AbortController().signal;

async function packed(input: string, scratchDir: string, entry?: string): Promise<Buffer> {
  const { archive } = await openProject(input, { entry, scratchDir, signal });
  return Buffer.from(await archive.arrayBuffer());
}

async function entriesOf(archive: Buffer): Promise<{ path: string; type: string; text: string }[]> {
  const entries: { path: string; type: string; text: string }[] = [];
  const parser = new Parser({
    onReadEntry: (entry: ReadEntry) => {
      const parts: Buffer[] = [];
      entry.on("data", (part: Buffer) => parts.push(part));
      entry.on("end", () =>
        entries.push({ path: entry.path, type: entry.type, text: String(Buffer.concat(parts)) }),
      );
    },
  });
  // It is a writable stream, though its types do not say so.
  await pipeline(Readable.from([archive]), parser as unknown as NodeJS.WritableStream);
  return entries;
}

describe("the packages of node_modules", () => {
  it("come along where a file of the project names them, and no others", async () => {
    const dir = await project({
      "index.html": '<script src="node_modules/gsap/dist/gsap.js"></script>',
      "lib/scene.js": 'import "../node_modules/@scope/part/main.js"',
      "node_modules/gsap/dist/gsap.js": "",
      "node_modules/gsap/package.json": "",
      "node_modules/gsap/node_modules/deep/a.js": "",
      "node_modules/gsap-other/a.js": "",
      "node_modules/@scope/part/main.js": "",
      "node_modules/@scope/other/main.js": "",
    });
    expect((await listProject(dir, [])).files.map(({ path }) => path)).toEqual([
      "index.html",
      "lib/scene.js",
      "node_modules/@scope/part/main.js",
      "node_modules/gsap/dist/gsap.js",
      "node_modules/gsap/package.json",
    ]);
  });
});

it("names what a folder holds in place of the document, and what does not exist", async () => {
  const dir = await project({ "scenes/one.html": "", "two.html": "" });
  const open = (input: string) => openProject(input, { entry: undefined, scratchDir: dir, signal });
  await expect(open(dir)).rejects.toThrow("has no file index.html. It holds scenes/one.html, two.html.");
  await expect(open(join(dir, "nowhere"))).rejects.toThrow("does not exist");
});

describe("the files of a project", () => {
  it("are all but hidden ones, node_modules, the top folder out, and the output", async () => {
    const dir = await project({
      "index.html": "",
      "clip.mp4": "",
      "result.mp4": "",
      "assets/out/a.png": "",
      "out/old.mp4": "",
      "node_modules/gsap/gsap.js": "",
      "lib/node_modules/x.js": "",
      ".git/HEAD": "",
      ".env": "SECRET=1",
    });
    expect(await paths(dir, [join(dir, "result.mp4")])).toEqual([
      "assets/out/a.png",
      "clip.mp4",
      "index.html",
    ]);
  });

  it("include those behind links inside the project, and name the links that leave it", async () => {
    const outside = await project({ secret: "s" });
    const dir = await project({ "index.html": "", "media/a.png": "" });
    await symlink("media/a.png", join(dir, "b.png"));
    await symlink("media", join(dir, "more"));
    await symlink(join(outside, "secret"), join(dir, "leak"));
    await symlink(outside, join(dir, "leaks"));
    await symlink("nowhere", join(dir, "broken"));
    const { files, leftOut } = await listFiles(dir);
    expect(files.map(({ path }) => path)).toEqual(["b.png", "index.html", "media/a.png", "more/a.png"]);
    expect(leftOut).toEqual(["broken", "leak", "leaks"]);
  });

  it("end where links go in circles", async () => {
    const dir = await project({ "index.html": "", "a/b.txt": "" });
    await symlink("..", join(dir, "a", "up"));
    await symlink("self", join(dir, "self"));
    expect(await paths(dir)).toEqual(["a/b.txt", "index.html"]);
  });
});

describe("the archive of a project", () => {
  it("holds plain files with their contents, whatever their names and links", async () => {
    const dir = await project({ "index.html": "<p>", "@scope/größe 1.txt": "at", "-dash": "dash" });
    await link(join(dir, "index.html"), join(dir, "same.html"));
    await symlink("index.html", join(dir, "soft.html"));
    const entries = await entriesOf(await packed(dir, await project({})));
    expect(entries).toEqual([
      { path: "-dash", type: "File", text: "dash" },
      { path: "@scope/größe 1.txt", type: "File", text: "at" },
      { path: "index.html", type: "File", text: "<p>" },
      { path: "same.html", type: "File", text: "<p>" },
      { path: "soft.html", type: "File", text: "<p>" },
    ]);
  });

  it("has the same bytes for the same files, whenever they were written", async () => {
    const files = { "index.html": "<p>", "a/b.txt": "b" };
    const first = await project(files);
    const second = await project(files);
    await utimes(join(second, "index.html"), 1e9, 1e9);
    const archives = [await packed(first, await project({})), await packed(second, await project({}))];
    expect(archives[0]?.equals(archives[1] ?? Buffer.of())).toBe(true);
  });
});

describe("the argument", () => {
  it("may be an HTML file, which stands for the folder around it", async () => {
    const dir = await project({ "index.html": "", "intro.html": "" });
    const options = { entry: undefined, scratchDir: await project({}), signal };
    expect((await openProject(join(dir, "intro.html"), options)).entryFile).toBe("intro.html");
    expect((await openProject(dir, options)).entryFile).toBe("index.html");
  });

  it.each([
    ["nothing.html", undefined, "does not exist"],
    ["a.txt", undefined, "neither a folder nor an HTML file"],
    ["empty", undefined, "has no file index.html"],
    [".", "b.html", "has no file b.html"],
    ["c.html", "b.html", "--entry goes with a folder"],
  ])("%s with entry %s is bad input", async (input, entry, detail) => {
    const dir = await project({ "a.txt": "", "c.html": "" });
    await mkdir(join(dir, "empty"));
    const opening = openProject(join(dir, input), { entry, scratchDir: await project({}), signal });
    await expect(opening).rejects.toMatchObject({
      exitCode: 2,
      problem: { code: "bad-input", detail: expect.stringContaining(detail) },
    });
  });
});

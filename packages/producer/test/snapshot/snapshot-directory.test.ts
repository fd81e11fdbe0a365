import { execFile } from "node:child_process";
import { mkdir, mkdtemp, readdir, readFile, realpath, rm, symlink, writeFile } from "node:fs/promises";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";

import { isProblemError, type ProblemCode } from "@framewright/contract";
import { afterEach, beforeEach, describe, expect, it } from "vitest";

import { requireEntryFile } from "../../src/snapshot/entry-file.ts";
import { hashTree } from "../../src/snapshot/hash-tree.ts";
import { resolveProjectDir } from "../../src/snapshot/project-dir.ts";
import { snapshotDirectory } from "../../src/snapshot/snapshot-directory.ts";
import { openFilesBelow, writeFiles } from "./archives.ts";
import { LIMITS } from "./workbench.ts";

let work: string;
let source: string;
beforeEach(async () => {
  work = await mkdtemp(join(tmpdir(), "directory-test-"));
  source = join(work, "projects", "one");
  await writeFiles(source, { "index.html": "x", "img/a.svg": "<svg/>" });
});
afterEach(() => rm(work, { recursive: true, force: true }));

const take = (limits = LIMITS, signal: AbortSignal = AbortSignal.timeout(20_000)) =>
  snapshotDirectory(source, join(work, "snapshot"), limits, signal);
const problem = (code: ProblemCode, text = "") =>
  expect.toSatisfy(
    (error) =>
      isProblemError(error) &&
      error.code === code &&
      error.message.includes(text) &&
      !error.message.includes(work),
    `a problem ${code}`,
  );

describe("snapshot of a folder", () => {
  it("copies files and leaves out .git", async () => {
    await writeFiles(source, { ".git/config": "secret", "sub/.git/config": "secret", ".env.js": "kept" });
    const snapshot = await take();
    expect(snapshot).toMatchObject({ source: "projectDir", files: 3, bytes: 11, leftOut: [] });
    expect((await readdir(snapshot.dir)).sort()).toEqual([".env.js", "img", "index.html", "sub"]);
    expect(await readdir(join(snapshot.dir, "sub"))).toEqual([]);
    await writeFile(join(source, "index.html"), "changed later");
    expect(await readFile(join(snapshot.dir, "index.html"), "utf8")).toBe("x");
    await snapshot.discard();
    await snapshot.discard();
    expect(await readdir(work)).not.toContain("snapshot");
  });

  it("follows links that stay inside, and says which it left out", async () => {
    await writeFiles(work, { "secret.txt": "secret", "projects/two/index.html": "other" });
    await writeFiles(source, { ".git/config": "secret" });
    const links = {
      "inside.html": "index.html",
      folder: "img",
      "outside.txt": "../../secret.txt",
      "absolute.txt": join(work, "secret.txt"),
      neighbour: "../two",
      dangling: "nowhere",
      loop: ".",
      itself: "itself",
      history: ".git/config",
    };
    for (const [name, to] of Object.entries(links)) await symlink(to, join(source, name));
    const snapshot = await take();
    expect(Object.fromEntries(snapshot.leftOut.map(({ path, reason }) => [path, reason]))).toEqual({
      "outside.txt": "link-leads-outside",
      "absolute.txt": "link-leads-outside",
      neighbour: "link-leads-outside",
      history: "link-leads-outside",
      dangling: "link-broken",
      itself: "link-broken",
      loop: "link-loop",
    });
    const listed = await readdir(snapshot.dir, { recursive: true, withFileTypes: true });
    expect(listed.filter((entry) => entry.isSymbolicLink())).toEqual([]);
    expect(await readFile(join(snapshot.dir, "inside.html"), "utf8")).toBe("x");
    expect(await readFile(join(snapshot.dir, "folder/a.svg"), "utf8")).toBe("<svg/>");
  });

  it.runIf(process.platform === "linux")(
    "leaves out pipes and sockets without waiting for them",
    async () => {
      await promisify(execFile)("mkfifo", [join(source, "pipe")]);
      const server = createServer().listen(join(source, "socket"));
      try {
        const snapshot = await take();
        expect(snapshot.leftOut.map(({ path }) => path).sort()).toEqual(["pipe", "socket"]);
        expect(snapshot.leftOut.every(({ reason }) => reason === "not-a-file")).toBe(true);
      } finally {
        server.close();
      }
    },
  );

  it("stops at the limits and leaves nothing", async () => {
    const tooMany = take({ maxBytes: 1000, maxFiles: 2 });
    await expect(tooMany).rejects.toEqual(problem("project-too-large", "PRODUCER_MAX_PROJECT_FILES"));
    const tooBig = take({ maxBytes: 6, maxFiles: 10 });
    await expect(tooBig).rejects.toEqual(problem("project-too-large", "PRODUCER_MAX_PROJECT_BYTES"));
    expect(await readdir(work)).toEqual(["projects"]);
    expect(await openFilesBelow(work)).toEqual([]);
    await expect(take({ maxBytes: 7, maxFiles: 3 })).resolves.toMatchObject({ bytes: 7 });
  });

  it("throws the signal's reason and leaves nothing", async () => {
    await expect(take(LIMITS, AbortSignal.abort(new Error("gone")))).rejects.toThrow("gone");
    expect(await readdir(work)).toEqual(["projects"]);
  });

  it("does not copy itself when it lies in the source", async () => {
    const dir = join(source, "data", "snapshot");
    await mkdir(dir, { recursive: true });
    const snapshot = await snapshotDirectory(source, dir, LIMITS, AbortSignal.timeout(20_000));
    expect(snapshot.files).toBe(2);
  });
});

describe("hash of a tree", () => {
  it("depends on names and contents, and on nothing else", async () => {
    const hashOf = async (files: Record<string, string>): Promise<string> => {
      const dir = await mkdtemp(join(work, "tree-"));
      await writeFiles(dir, files);
      return (await hashTree(dir)).hash;
    };
    const base = await hashOf({ "a.txt": "1", "b/c.txt": "2" });
    expect(base).toMatch(/^[0-9a-f]{64}$/);
    expect(await hashOf({ "b/c.txt": "2", "a.txt": "1" })).toBe(base);
    expect(await hashOf({ "a.txt": "2", "b/c.txt": "1" })).not.toBe(base);
    expect(await hashOf({ "a.txt": "1", "b/d.txt": "2" })).not.toBe(base);
    expect(await hashOf({ "a.txt": "12", "b/c.txt": "" })).not.toBe(base);
    expect(await hashOf({ "a.txt": "1" })).not.toBe(base);
  });
});

describe("entry file", () => {
  it("accepts a regular file of the project only", async () => {
    const snapshot = await take();
    await symlink(join(source, "index.html"), join(snapshot.dir, "leak.html"));
    await requireEntryFile(snapshot, "index.html");
    await requireEntryFile(snapshot, "img/a.svg");
    for (const name of [
      "none.html",
      "img",
      ".",
      "../projects/one/index.html",
      "leak.html",
      "a\0",
      "index.html/x",
    ]) {
      await expect(requireEntryFile(snapshot, name), name).rejects.toEqual(problem("entry-file-missing"));
    }
    await expect(requireEntryFile(snapshot, "none.html")).rejects.toEqual(
      problem("entry-file-missing", '"index.html"'),
    );
  });
});

describe("project directory", () => {
  it("resolves what lies below the root", async () => {
    const root = join(work, "projects");
    const real = await realpath(source);
    expect(await resolveProjectDir(root, "one")).toBe(real);
    expect(await resolveProjectDir(root, source)).toBe(real);
    expect(await resolveProjectDir(root, "./one/../one/")).toBe(real);
    await symlink(root, join(work, "alias"));
    expect(await resolveProjectDir(join(work, "alias"), join(work, "alias", "one"))).toBe(real);
    expect(await resolveProjectDir(join(work, "alias"), source)).toBe(real);
  });

  it("refuses everything else", async () => {
    const root = join(work, "projects");
    await mkdir(join(work, "projects-2"));
    await symlink(join(work, "projects-2"), join(root, "escape"));
    for (const path of [
      "..",
      "../projects-2",
      "/etc",
      "/nonexistent",
      ".",
      join(work, "projects-2"),
      "escape",
    ]) {
      await expect(resolveProjectDir(root, path), path).rejects.toEqual(problem("project-dir-not-allowed"));
    }
    await expect(resolveProjectDir(undefined, "one")).rejects.toEqual(problem("project-dir-not-allowed"));
    for (const path of ["three", "one/index.html", "one/index.html/x", "a\0b", "x".repeat(3000)]) {
      await expect(resolveProjectDir(root, path), path).rejects.toEqual(problem("project-dir-not-found"));
    }
    const gone = resolveProjectDir(join(work, "gone"), "one");
    await expect(gone).rejects.toEqual(problem("project-dir-not-found", "PRODUCER_PROJECTS_ROOT"));
  });
});

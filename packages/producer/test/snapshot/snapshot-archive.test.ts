import { execFile, spawnSync } from "node:child_process";
import { readdir, readFile, truncate, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { promisify } from "node:util";
import { gzipSync } from "node:zlib";

import { ProblemError } from "@framewright/contract";
import { create } from "tar";
import { describe, expect, it, vi } from "vitest";

import { detectArchive } from "../../src/snapshot/detect-archive.ts";
import { snapshotDirectory } from "../../src/snapshot/snapshot-directory.ts";
import { snapshotHtml } from "../../src/snapshot/take-snapshot.ts";
import { tarEntry, writeFiles, writeTarGz } from "./archives.ts";
import { LIMITS, openWorkbench } from "./workbench.ts";

const run = promisify(execFile);
const FILES = { "index.html": "<h1>Hi</h1>", "assets/ä b.txt": "text", "assets/deep/empty.bin": "" };
const { state, take, refusal, tarOf, zipOf } = openWorkbench();

const hasZip = spawnSync("zip", ["-v"]).status === 0;

/** Each makes an archive of a folder. */
const TOOLS: Readonly<Record<string, (project: string, file: string) => Promise<unknown>>> = {
  "gnu.tar.gz": (project, file) => run("tar", ["czf", file, "-C", project, "."]),
  "node.tar.gz": (project, file) => create({ gzip: true, cwd: project, file }, ["index.html", "assets"]),
  "info.zip": (project, file) => run("zip", ["-qr", file, "."], { cwd: project }),
  "stored.zip": (project, file) => run("zip", ["-qr0", file, "."], { cwd: project }),
};

describe("archives of real tools", () => {
  it.for(Object.entries(TOOLS))(
    "gives the same snapshot by %s and by folder",
    async ([name, pack], { skip }) => {
      if (name.endsWith(".zip") && !hasZip) skip("this machine has no zip");
      const project = join(state.work, "project");
      await writeFiles(project, FILES);
      const file = join(state.work, name);
      await pack(project, file);

      const expected = await snapshotDirectory(
        project,
        join(state.work, "copy"),
        LIMITS,
        AbortSignal.timeout(20_000),
      );
      expect(expected).toMatchObject({ files: 3, bytes: 15 });
      const snapshot = await take(file, await detectArchive(file));
      expect(snapshot).toMatchObject({ source: "archive", files: 3, bytes: 15, hash: expected.hash });
      expect(await readFile(join(snapshot.dir, "assets/ä b.txt"), "utf8")).toBe("text");
      await snapshot.discard();
      await snapshot.discard();
      expect(await readdir(state.work)).not.toContain("snapshot");
    },
  );

  it("takes the one folder that holds everything as the root", async () => {
    await writeFiles(join(state.work, "my-project"), FILES);
    await writeFiles(join(state.work, "plain"), FILES);
    const file = join(state.work, "p.tgz");
    await run("tar", ["czf", file, "-C", state.work, "my-project"]);
    const snapshot = await take(file, "tar.gz");
    const plain = await snapshotDirectory(
      join(state.work, "plain"),
      join(state.work, "copy"),
      LIMITS,
      AbortSignal.timeout(20_000),
    );
    expect(await readdir(snapshot.dir)).toContain("index.html");
    expect(snapshot.hash).toBe(plain.hash);
    await snapshot.discard();
    expect(await readdir(state.work)).not.toContain("snapshot");
  });

  it("ignores what macOS adds, also beside the one folder", async () => {
    const file = await zipOf(
      { name: "p/", mode: 0o40755 },
      { name: "p/index.html", content: "x" },
      { name: "__MACOSX/p/._index.html", content: "junk" },
    );
    const snapshot = await take(file, "zip");
    expect(await readdir(snapshot.dir)).toEqual(["index.html"]);
  });

  it("keeps the folder when an index.html lies beside it", async () => {
    const snapshot = await take(
      await tarOf({ name: "index.html", content: "x" }, { name: "a/b.txt" }),
      "tar.gz",
    );
    expect((await readdir(snapshot.dir)).sort()).toEqual(["a", "index.html"]);
  });

  it("equals inline HTML with the same text", async () => {
    const html = await snapshotHtml("<p>same</p>", join(state.work, "html"));
    const archive = await take(await tarOf({ name: "./index.html", content: "<p>same</p>" }), "tar.gz");
    expect(archive.hash).toBe(html.hash);
    expect(html).toMatchObject({ source: "html", files: 1, bytes: 11 });
  });

  it("unpacks thousands of small and empty files, in order and complete", async () => {
    const file = join(state.work, "many.tar.gz");
    await writeTarGz(
      file,
      Array.from({ length: 3000 }, (_, i) => tarEntry({ name: `f/${i}`, content: i % 2 ? `${i}` : "" })),
    );
    const snapshot = await take(file, "tar.gz");
    expect(snapshot.files).toBe(3000);
    expect(await readFile(join(snapshot.dir, "2999"), "utf8")).toBe("2999");
  });
});

describe("archives that cannot be read", () => {
  it("refuses what is cut off at any place", async () => {
    const content = Buffer.from(Array.from({ length: 50_000 }, (_, i) => (i * 7919) % 251));
    const tar = await tarOf({ name: "index.html", content }, { name: "b.html", content });
    const zip = await zipOf({ name: "index.html", content }, { name: "b.html", content });
    for (const [file, kind] of [
      [tar, "tar.gz"],
      [zip, "zip"],
    ] as const) {
      const whole = await readFile(file);
      for (const share of [0.99, 0.6, 0.2]) {
        await truncate(file, Math.floor(whole.length * share));
        expect((await refusal(take(file, kind))).code, `${kind} ${share}`).toBe("archive-invalid");
        await writeFile(file, whole);
      }
    }
  });

  it("refuses a tar that was cut off before it was compressed", async () => {
    const file = join(state.work, "cut.tar.gz");
    const entry = tarEntry({ name: "index.html", content: Buffer.alloc(5000) });
    await writeTarGz(file, [entry.subarray(0, 2048)], { end: Buffer.alloc(0) });
    expect((await refusal(take(file, "tar.gz"))).code).toBe("archive-invalid");
    await writeTarGz(file, [entry], { end: Buffer.alloc(0) });
    expect((await refusal(take(file, "tar.gz"))).detail).toContain("the end of the tar is missing");
  });

  it("refuses flipped bits", async () => {
    const stored = await zipOf({ name: "index.html", content: "hello", store: true, claimedCrc: 1 });
    expect((await refusal(take(stored, "zip"))).detail).toContain("checksum");
    const tar = await tarOf({ name: "index.html", content: "hello" });
    const bytes = await readFile(tar);
    bytes.writeUInt8(bytes.readUInt8(bytes.length - 6) ^ 0xff, bytes.length - 6);
    await writeFile(tar, bytes);
    expect((await refusal(take(tar, "tar.gz"))).code).toBe("archive-invalid");
  });

  it("refuses what is compressed twice, encrypted, or no archive within", async () => {
    const file = join(state.work, "odd.tar.gz");
    await writeFile(file, gzipSync(gzipSync(tarEntry({ name: "index.html", content: "x" }))));
    expect((await refusal(take(file, "tar.gz"))).code).toBe("archive-invalid");
    await writeFile(file, gzipSync("only text, no tar ".repeat(100)));
    expect((await refusal(take(file, "tar.gz"))).code).toBe("archive-invalid");
    const locked = await zipOf({ name: "index.html", content: "x", flags: 1 });
    expect((await refusal(take(locked, "zip"))).detail).toContain("encrypted");
  });

  it("knows archives by their first bytes, not by their names", async () => {
    expect(await detectArchive(await zipOf({ name: "a" }))).toBe("zip");
    expect(await detectArchive(await zipOf())).toBe("zip");
    expect(await detectArchive(await tarOf({ name: "a" }))).toBe("tar.gz");
    for (const content of ["", "P", "<!doctype html>", "Rar!\x1a\x07"]) {
      await writeFile(join(state.work, "fake.zip"), content);
      expect((await refusal(detectArchive(join(state.work, "fake.zip")))).code).toBe("archive-invalid");
    }
  });
});

describe("abort", () => {
  it("removes what was unpacked and throws the reason", async () => {
    const content = Buffer.from(Array.from({ length: 1024 * 1024 }, (_, i) => (i * 7919) % 251));
    const entries = Array.from({ length: 64 }, (_, i) => ({ name: `n${i}`, content }));
    for (const [file, kind] of [
      [await tarOf(...entries), "tar.gz"],
      [await zipOf(...entries), "zip"],
    ] as const) {
      const abort = new AbortController();
      const taking = take(file, kind, LIMITS, abort.signal);
      const settled = refusal(taking);
      await vi.waitFor(async () => expect(await readdir(state.target)).not.toEqual([]), {
        timeout: 10_000,
        interval: 1,
      });
      abort.abort(new ProblemError("cancelled", "The caller went away."));
      expect(await settled).toEqual({ code: "cancelled", detail: "The caller went away." });
    }
  });
});

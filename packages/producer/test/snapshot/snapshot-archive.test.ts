import { execFile } from "node:child_process";
import { mkdtemp, readdir, readFile, rm, truncate, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import { gzipSync } from "node:zlib";

import { type ProblemCode, ProblemError } from "@framewright/contract";
import { create } from "tar";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";

import { type ArchiveKind, detectArchive } from "../../src/snapshot/detect-archive.ts";
import { snapshotArchive } from "../../src/snapshot/snapshot-archive.ts";
import { snapshotDirectory } from "../../src/snapshot/snapshot-directory.ts";
import { snapshotHtml } from "../../src/snapshot/take-snapshot.ts";
import {
  makeZip,
  openFilesBelow,
  type TarEntry,
  tarEntry,
  writeFiles,
  writeTarGz,
  type ZipEntry,
} from "./archives.ts";

const run = promisify(execFile);
const LIMITS = { maxBytes: 2 ** 31, maxFiles: 20_000 };
const FILES = { "index.html": "<h1>Hi</h1>", "assets/ä b.txt": "text", "assets/deep/empty.bin": "" };

let work: string;
let target: string;
beforeEach(async () => {
  work = await mkdtemp(join(tmpdir(), "archive-test-"));
  target = join(work, "snapshot");
});
afterEach(() => rm(work, { recursive: true, force: true }));

const take = (
  file: string,
  kind: ArchiveKind,
  limits = LIMITS,
  signal: AbortSignal = AbortSignal.timeout(25_000),
) => snapshotArchive(file, kind, target, limits, signal);

/** The problem that an archive is refused with; nothing may be left of it on disk or open. */
async function refusal(taking: Promise<unknown>): Promise<{ code: ProblemCode; detail: string }> {
  const error = await taking.then(
    () => null,
    (reason: unknown) => reason,
  );
  if (!(error instanceof ProblemError)) throw new Error("expected a problem", { cause: error });
  expect(await readdir(work)).not.toContain("snapshot");
  expect(error.message).not.toContain(work);
  await vi.waitFor(async () => expect(await openFilesBelow(work)).toEqual([]), { timeout: 5000 });
  return { code: error.code, detail: error.message };
}

const tarOf = async (...entries: TarEntry[]): Promise<string> => {
  const file = join(work, "a.tar.gz");
  await writeTarGz(file, entries.map(tarEntry));
  return file;
};
const zipOf = async (...entries: ZipEntry[]): Promise<string> => {
  const file = join(work, "a.zip");
  await writeFile(file, makeZip(entries));
  return file;
};

describe("archives of real tools", () => {
  it("gives the same snapshot by tar, zip, stored zip and folder", async () => {
    const project = join(work, "project");
    await writeFiles(project, FILES);
    await run("tar", ["czf", join(work, "gnu.tar.gz"), "-C", project, "."]);
    await create({ gzip: true, cwd: project, file: join(work, "node.tar.gz") }, ["index.html", "assets"]);
    await run("zip", ["-qr", join(work, "info.zip"), "."], { cwd: project });
    await run("zip", ["-qr0", join(work, "stored.zip"), "."], { cwd: project });

    const expected = await snapshotDirectory(
      project,
      join(work, "copy"),
      LIMITS,
      AbortSignal.timeout(20_000),
    );
    expect(expected).toMatchObject({ files: 3, bytes: 15 });
    for (const name of ["gnu.tar.gz", "node.tar.gz", "info.zip", "stored.zip"]) {
      const file = join(work, name);
      const snapshot = await take(file, await detectArchive(file));
      expect(snapshot, name).toMatchObject({ source: "archive", files: 3, bytes: 15, hash: expected.hash });
      expect(await readFile(join(snapshot.dir, "assets/ä b.txt"), "utf8")).toBe("text");
      await snapshot.discard();
      await snapshot.discard();
      expect(await readdir(work)).not.toContain("snapshot");
    }
  });

  it("takes the one folder that holds everything as the root", async () => {
    await writeFiles(join(work, "my-project"), FILES);
    await writeFiles(join(work, "plain"), FILES);
    const file = join(work, "p.tgz");
    await run("tar", ["czf", file, "-C", work, "my-project"]);
    const snapshot = await take(file, "tar.gz");
    const plain = await snapshotDirectory(
      join(work, "plain"),
      join(work, "copy"),
      LIMITS,
      AbortSignal.timeout(20_000),
    );
    expect(await readdir(snapshot.dir)).toContain("index.html");
    expect(snapshot.hash).toBe(plain.hash);
    await snapshot.discard();
    expect(await readdir(work)).not.toContain("snapshot");
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
    const html = await snapshotHtml("<p>same</p>", join(work, "html"));
    const archive = await take(await tarOf({ name: "./index.html", content: "<p>same</p>" }), "tar.gz");
    expect(archive.hash).toBe(html.hash);
    expect(html).toMatchObject({ source: "html", files: 1, bytes: 11 });
  });

  it("unpacks thousands of small and empty files, in order and complete", async () => {
    const file = join(work, "many.tar.gz");
    await writeTarGz(
      file,
      Array.from({ length: 3000 }, (_, i) => tarEntry({ name: `f/${i}`, content: i % 2 ? `${i}` : "" })),
    );
    const snapshot = await take(file, "tar.gz");
    expect(snapshot.files).toBe(3000);
    expect(await readFile(join(snapshot.dir, "2999"), "utf8")).toBe("2999");
  });
});

describe("unsafe entries", () => {
  const names: [string, string][] = [
    ["/etc/cron.d/x", "absolute"],
    ["../outside.txt", ".."],
    ["a/../../outside.txt", ".."],
    ["C:/windows/x", "drive letter"],
    ["a\\..\\b", "backslash"],
    [`${"x".repeat(300)}.txt`, "too long"],
    [`${"dir/".repeat(300)}x.txt`, "too long"],
  ];
  it.each(names)("refuses the name %s", async (name, why) => {
    const inZip = await refusal(take(await zipOf({ name, content: "x" }), "zip"));
    expect(inZip.code).toBe("archive-unsafe");
    expect(inZip.detail).toContain(why);
    expect(inZip.detail).toContain(JSON.stringify(name.slice(0, 20)).slice(1, -1));
    expect(inZip.detail.length).toBeLessThan(200);
    if (name.length < 100) {
      expect(await refusal(take(await tarOf({ name, content: "x" }), "tar.gz"))).toEqual(inZip);
    }
  });

  it("refuses a NUL in a name", async () => {
    const file = await zipOf({ name: "a\0.html", content: "x" });
    expect((await refusal(take(file, "zip"))).detail).toContain('"a\\u0000.html" has a NUL');
  });

  it.each(["SymbolicLink", "Link", "CharacterDevice", "FIFO"] as const)("refuses a %s", async (type) => {
    const file = await tarOf({ name: "index.html" }, { name: "odd", type });
    const { code, detail } = await refusal(take(file, "tar.gz"));
    expect(code).toBe("archive-unsafe");
    expect(detail).toContain('"odd"');
  });

  it("refuses a link in a zip", async () => {
    const file = await zipOf({ name: "link", content: "/etc/passwd", mode: 0o120777 });
    expect((await refusal(take(file, "zip"))).code).toBe("archive-unsafe");
  });

  it("refuses a name that is a file and a folder", async () => {
    const below = await tarOf({ name: "a", content: "x" }, { name: "a/b", content: "x" });
    expect((await refusal(take(below, "tar.gz"))).code).toBe("archive-unsafe");
    const same = await zipOf({ name: "a/" }, { name: "a", content: "x" });
    expect((await refusal(take(same, "zip"))).detail).toContain("both a file and a folder");
  });

  it("takes the last of two files of one name", async () => {
    const file = await tarOf({ name: "index.html", content: "long first" }, { name: "index.html", content: "2" });
    const snapshot = await take(file, "tar.gz");
    expect(await readFile(join(snapshot.dir, "index.html"), "utf8")).toBe("2");
  });
});

describe("archives that are too large", () => {
  const small = { maxBytes: 100_000, maxFiles: 10 };

  it("stops at the bytes", async () => {
    const content = Buffer.alloc(100_001);
    const { code, detail } = await refusal(take(await tarOf({ name: "a", content }), "tar.gz", small));
    expect(code).toBe("archive-too-large");
    expect(detail).toContain("100,000 bytes (PRODUCER_MAX_PROJECT_BYTES)");
    const zip = await zipOf({ name: "a", content: Buffer.alloc(60_000) }, { name: "b", content: Buffer.alloc(60_000) });
    expect((await refusal(take(zip, "zip", small))).code).toBe("archive-too-large");
    const fits = await take(await tarOf({ name: "a", content: Buffer.alloc(100_000) }), "tar.gz", small);
    expect(fits.bytes).toBe(100_000);
  });

  it("stops at the entries, implied folders included", async () => {
    const files = Array.from({ length: 11 }, (_, i) => ({ name: `f${i}` }));
    const { code, detail } = await refusal(take(await tarOf(...files), "tar.gz", small));
    expect(code).toBe("archive-too-large");
    expect(detail).toContain("PRODUCER_MAX_PROJECT_FILES");
    expect((await refusal(take(await zipOf(...files), "zip", small))).code).toBe("archive-too-large");
    const deep = await zipOf({ name: `${"d/".repeat(10)}x` });
    expect((await refusal(take(deep, "zip", small))).code).toBe("archive-too-large");
  });

  it("does not believe a header that claims less", async () => {
    const file = await zipOf({ name: "a", content: Buffer.alloc(50_000_000), claimedBytes: 10 });
    const before = performance.now();
    expect((await refusal(take(file, "zip"))).code).toBe("archive-invalid");
    expect(performance.now() - before).toBeLessThan(10_000);
  });

  it("stops at an absurd expansion", async () => {
    const block = Buffer.alloc(16 * 1024 * 1024);
    const header = tarEntry({ name: "zeros.bin", content: "" });
    // The size of the header is patched to 256 MiB, and its checksum with it.
    header.write("00002000000\0".padStart(12, "0"), 124, "latin1");
    header.write((256 * 1024 * 1024).toString(8).padStart(11, "0"), 124, "latin1");
    header.fill(" ", 148, 156);
    const sum = header.reduce((total, byte) => total + byte, 0);
    header.write(`${sum.toString(8).padStart(6, "0")}\0 `, 148, "latin1");
    const file = join(work, "bomb.tar.gz");
    const raw = gzipSync(Buffer.concat([header, ...Array<Buffer>(16).fill(block), Buffer.alloc(1024)]), { level: 9 });
    await writeFile(file, raw);
    const { code, detail } = await refusal(take(file, "tar.gz"));
    expect(code).toBe("archive-too-large");
    expect(detail).toContain("500 times");
  });

  it("stops at endless filling after the end", async () => {
    const file = join(work, "padded.tar.gz");
    const filling = Array<Buffer>(64).fill(Buffer.alloc(1024 * 1024));
    await writeTarGz(file, [tarEntry({ name: "index.html", content: "x" }), Buffer.alloc(1024), ...filling]);
    expect((await refusal(take(file, "tar.gz", small))).code).toBe("archive-too-large");
  });

  it("does not stall the event loop while it unpacks", async () => {
    const noise = Buffer.from(Array.from({ length: 1024 * 1024 }, (_, i) => (i * 7919) % 251));
    const file = await tarOf(...Array.from({ length: 40 }, (_, i) => ({ name: `n${i}`, content: noise })));
    let longestMs = 0;
    let last = performance.now();
    const timer = setInterval(() => {
      longestMs = Math.max(longestMs, performance.now() - last);
      last = performance.now();
    }, 5);
    await take(file, "tar.gz");
    clearInterval(timer);
    expect(longestMs).toBeLessThan(1000);
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
    const file = join(work, "cut.tar.gz");
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
    const file = join(work, "odd.tar.gz");
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
      await writeFile(join(work, "fake.zip"), content);
      expect((await refusal(detectArchive(join(work, "fake.zip")))).code).toBe("archive-invalid");
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
      await vi.waitFor(async () => expect(await readdir(target)).not.toEqual([]), { timeout: 10_000, interval: 1 });
      abort.abort(new ProblemError("cancelled", "The caller went away."));
      expect(await settled).toEqual({ code: "cancelled", detail: "The caller went away." });
    }
  });
});

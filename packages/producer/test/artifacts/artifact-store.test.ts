import { execFile } from "node:child_process";
import { createHash } from "node:crypto";
import { mkdir, mkdtemp, readdir, readFile, rm, stat, utimes, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";

import { afterEach, beforeEach, describe, expect, it } from "vitest";

import { type Artifacts, openArtifacts } from "../../src/artifacts/artifact-store.ts";

const run = promisify(execFile);
const META = { filename: "a.mp4", contentType: "video/mp4" };
const sha256 = (text: string): string => createHash("sha256").update(text).digest("hex");

let work: string;
let dir: string;
let store: Artifacts;
beforeEach(async () => {
  work = await mkdtemp(join(tmpdir(), "artifacts-test-"));
  dir = join(work, "artifacts");
  store = await openArtifacts(dir);
});
afterEach(() => rm(work, { recursive: true, force: true }));

async function source(content: string, folder = work): Promise<string> {
  const file = join(folder, `source-${Math.random()}`);
  await writeFile(file, content);
  return file;
}

describe("artifact store", () => {
  it("moves a file in", async () => {
    const file = await source("video");
    const put = await store.put("r1.mp4", file, META);
    expect(put).toEqual({ path: join(dir, "r1.mp4"), bytes: 5, sha256: sha256("video"), ...META });
    expect(await readFile(store.path("r1.mp4"), "utf8")).toBe("video");
    await expect(stat(file)).rejects.toMatchObject({ code: "ENOENT" });
    expect(await store.stat("r1.mp4")).toMatchObject({ bytes: 5 });
    expect(await store.list()).toEqual(["r1.mp4"]);
    expect(await readdir(join(dir, ".incoming"))).toEqual([]);
  });

  it("keeps the first of two files of one key, also when they race", async () => {
    await store.put("k", await source("first"), META);
    const second = await source("second");
    expect(await store.put("k", second, META)).toMatchObject({ bytes: 5, sha256: sha256("first") });
    await expect(stat(second)).rejects.toMatchObject({ code: "ENOENT" });

    const files = await Promise.all(Array.from({ length: 8 }, (_, i) => source(`racer ${i}`)));
    const puts = await Promise.all(files.map((file) => store.put("raced", file, META)));
    expect(new Set(puts.map((put) => put.sha256)).size).toBe(1);
    expect(sha256(await readFile(store.path("raced"), "utf8"))).toBe(puts[0]?.sha256);
  });

  it.runIf(process.platform === "linux")("takes files from another file system", async () => {
    const elsewhere = await mkdtemp("/dev/shm/artifacts-test-");
    try {
      const far = await source("far", elsewhere);
      expect((await stat(far)).dev).not.toBe((await stat(dir)).dev);
      expect(await store.put("far", far, META)).toMatchObject({ bytes: 3, sha256: sha256("far") });
      expect(await readdir(elsewhere)).toEqual([]);
    } finally {
      await rm(elsewhere, { recursive: true });
    }
  });

  it("leaves nothing behind and nothing visible when it fails", async () => {
    await expect(store.put("none", join(work, "missing"), META)).rejects.toMatchObject({ code: "ENOENT" });
    expect(await store.list()).toEqual([]);
    expect(await readdir(join(dir, ".incoming"))).toEqual([]);
    expect(await store.stat("none")).toBeNull();
  });

  it("refuses keys that could be paths", async () => {
    const file = await source("x");
    for (const key of ["", ".", "..", ".incoming", "a/b", "../a", "a\\b", "a\0", "ä", "x".repeat(300)]) {
      expect(() => store.path(key), key).toThrow(TypeError);
      await expect(store.put(key, file, META), key).rejects.toThrow(TypeError);
      await expect(store.delete(key), key).rejects.toThrow(TypeError);
    }
    expect(await readFile(file, "utf8")).toBe("x");
  });

  it("deletes by key and by age", async () => {
    for (const key of ["old", "new", "other"]) await store.put(key, await source(key), META);
    const past = new Date(Date.now() - 3_600_000);
    await utimes(store.path("old"), past, past);
    expect(await store.sweep(new Date(Date.now() - 60_000))).toEqual(["old"]);
    await store.delete("other");
    await store.delete("other");
    expect(await store.list()).toEqual(["new"]);
  });

  it("counts age from the put, however old the source is", async () => {
    const file = await source("x");
    const past = new Date(Date.now() - 3_600_000);
    await utimes(file, past, past);
    await store.put("fresh", file, META);
    expect(await store.sweep(new Date(Date.now() - 60_000))).toEqual([]);
  });

  it("removes what a dead process left half made", async () => {
    const aside = join(dir, ".incoming");
    await mkdir(aside, { recursive: true });
    await writeFile(join(aside, "dead"), "half");
    await writeFile(join(aside, "alive"), "half");
    for (const [name, minutes] of [
      ["dead", 61],
      ["alive", 50],
    ] as const) {
      const past = new Date(Date.now() - minutes * 60_000);
      await utimes(join(aside, name), past, past);
    }
    const reopened = await openArtifacts(dir);
    expect(await reopened.list()).toEqual([]);
    expect(await readdir(aside)).toEqual(["alive"]);
  });

  it("leaves folders alone that are not its own, and sweeps the files beside them", async () => {
    const past = new Date(Date.now() - 2 * 3_600_000);
    for (const folder of ["backup", ".incoming/backup"]) {
      await mkdir(join(dir, folder));
      await utimes(join(dir, folder), past, past);
    }
    await store.put("old", await source("old"), META);
    await utimes(store.path("old"), past, past);
    const reopened = await openArtifacts(dir);
    expect(await reopened.list()).toEqual(["old"]);
    expect(await reopened.sweep(new Date(Date.now() - 60_000))).toEqual(["old"]);
    expect((await readdir(dir)).sort()).toEqual([".incoming", "backup"]);
  });

  it.runIf(process.platform === "linux")(
    "sweeps the files beside one that cannot be removed",
    async (context) => {
      const past = new Date(Date.now() - 3_600_000);
      for (const key of ["a", "b", "c"]) {
        await store.put(key, await source(key), META);
        await utimes(store.path(key), past, past);
      }
      // The one that is met first.
      const first = (await readdir(dir)).find((name) => !name.startsWith(".")) ?? "";
      try {
        await run("mount", ["--bind", store.path(first), store.path(first)], { timeout: 5_000 });
      } catch (error) {
        context.skip(`no right to mount a file: ${String(error)}`);
      }
      try {
        const warned: unknown[] = [];
        const reopened = await openArtifacts(dir, { onWarning: (_, cause) => warned.push(cause) });
        const swept = await reopened.sweep(new Date());
        expect(swept.sort()).toEqual(["a", "b", "c"].filter((key) => key !== first));
        expect(warned).toEqual([expect.objectContaining({ code: "EBUSY" })]);
      } finally {
        await run("umount", ["-l", store.path(first)], { timeout: 5_000 });
      }
    },
  );

  it("makes its folder again when somebody has removed it", async () => {
    await rm(dir, { recursive: true });
    await store.put("k", await source("video"), META);
    expect(await store.list()).toEqual(["k"]);
  });
});

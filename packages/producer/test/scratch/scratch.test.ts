import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdir, mkdtemp, readdir, rm, stat, utimes, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { basename, join } from "node:path";
import { fileURLToPath } from "node:url";

import { isProblemError } from "@framewright/contract";
import { afterEach, beforeEach, describe, expect, it } from "vitest";

import { freeBytes } from "../../src/scratch/free-bytes.ts";
import { formatOwner, isAlive, parseOwner, thisOwner } from "../../src/scratch/owner.ts";
import { openScratch } from "../../src/scratch/scratch.ts";

let dataDir: string;
beforeEach(async () => {
  dataDir = await mkdtemp(join(tmpdir(), "scratch-test-"));
});
afterEach(() => rm(dataDir, { recursive: true, force: true }));

const exists = (path: string): Promise<boolean> =>
  stat(path).then(
    () => true,
    () => false,
  );

/** Another process that opens the scratch folder, prints its path and waits to be killed. */
async function startOwner(): Promise<{ dir: string; kill: () => Promise<void> }> {
  const module = fileURLToPath(new URL("../../src/scratch/scratch.ts", import.meta.url));
  const script = `const { openScratch } = await import(${JSON.stringify(module)});
    const scratch = await openScratch(${JSON.stringify(dataDir)});
    await scratch.create("work");
    process.stdout.write(scratch.dir + "\\n");
    setInterval(() => {}, 1000);`;
  const child = spawn(process.execPath, ["--input-type=module", "-e", script], {
    stdio: ["ignore", "pipe", "inherit"],
  });
  const [line] = await once(child.stdout, "data", { signal: AbortSignal.timeout(20_000) });
  const kill = async (): Promise<void> => {
    const closed = once(child, "close", { signal: AbortSignal.timeout(20_000) });
    child.kill("SIGKILL");
    await closed;
  };
  return { dir: String(line).trim(), kill };
}

describe("scratch", () => {
  it("gives fresh folders and removes them", async () => {
    const scratch = await openScratch(dataDir);
    const one = await scratch.create("render");
    const two = await scratch.create("render");
    expect(one.dir).not.toBe(two.dir);
    await writeFile(join(one.dir, "frame.jpg"), "x");
    await one.remove();
    await one.remove();
    expect(await exists(one.dir)).toBe(false);
    expect(await readdir(scratch.dir)).toEqual([basename(two.dir)]);
    await scratch.close();
    await scratch.close();
    expect(await readdir(join(dataDir, "scratch"))).toEqual([]);
  });

  it("refuses to create after close", async () => {
    const scratch = await openScratch(dataDir);
    await scratch.close();
    await expect(scratch.create("late")).rejects.toSatisfy(
      (error) => isProblemError(error) && error.code === "shutting-down",
    );
  });

  it("spares the folder of a living process and sweeps that of a killed one", async () => {
    const other = await startOwner();
    try {
      const first = await openScratch(dataDir);
      expect(await exists(other.dir)).toBe(true);
      expect(await readdir(other.dir)).toHaveLength(1);
      await first.close();
    } finally {
      await other.kill();
    }
    expect(await exists(other.dir)).toBe(true);
    const second = await openScratch(dataDir);
    expect(await exists(other.dir)).toBe(false);
    await second.close();
  });

  it.runIf(process.platform === "linux")("takes a recycled pid for another process", async () => {
    const self = await thisOwner();
    expect(await isAlive(self)).toBe(true);
    expect(await isAlive({ ...self, start: "1" })).toBe(false);
    const leftover = join(dataDir, "scratch", `${formatOwner({ ...self, start: "1" })}-abcd`);
    await mkdir(leftover, { recursive: true });
    const scratch = await openScratch(dataDir);
    expect(await exists(leftover)).toBe(false);
    await scratch.close();
  });

  it("spares the folder of another container until it is unused for minutes", async () => {
    const name = `1-1-${"0".repeat(12)}-abcd`;
    expect(parseOwner(name)).toEqual({ pid: 1, start: "1", realm: "000000000000" });
    const foreign = join(dataDir, "scratch", name);
    await mkdir(foreign, { recursive: true });
    const first = await openScratch(dataDir);
    expect(await exists(foreign)).toBe(true);
    const old = new Date(Date.now() - 3_600_000);
    await utimes(foreign, old, old);
    const second = await openScratch(dataDir);
    expect(await exists(foreign)).toBe(false);
    await Promise.all([first.close(), second.close()]);
  });

  it("leaves alone what carries no owner's mark", async () => {
    const notes = join(dataDir, "scratch", "notes");
    await mkdir(notes, { recursive: true });
    const scratch = await openScratch(dataDir);
    expect(await exists(notes)).toBe(true);
    await scratch.close();
  });

  it("says so when the system refuses every folder as missing", async () => {
    await expect(openScratch("/proc/no/such")).rejects.toThrow(/cannot be written \(ENOENT\)/);
  });

  it("says so when the data folder cannot be written", async () => {
    const file = join(dataDir, "file");
    await writeFile(file, "");
    await expect(openScratch(file)).rejects.toThrow(/cannot be written \(E\w+\).*PRODUCER_DATA_DIR/);
  });

  it.runIf(process.platform === "linux")("says so when permission is missing", async () => {
    const closed = join(dataDir, "closed");
    await mkdir(closed, { mode: 0o555 });
    const isRoot = process.geteuid?.() === 0;
    if (isRoot) process.seteuid?.(65_534);
    try {
      await expect(openScratch(closed)).rejects.toThrow(/cannot be written \(EACCES\)/);
    } finally {
      if (isRoot) process.seteuid?.(0);
    }
  });

  it("knows the free space", async () => {
    expect(await freeBytes(dataDir)).toBeGreaterThan(0);
  });
});

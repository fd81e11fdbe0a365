import { execFile } from "node:child_process";
import { mkdir, mkdtemp, readdir, rename, rm, stat, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";

import { afterEach, beforeEach, expect, it, onTestFinished, type TestContext, vi } from "vitest";

import { inWorkFolder } from "../../src/renders/work-folder.ts";
import { formatOwner, thisOwner } from "../../src/scratch/owner.ts";
import { openScratch, type Scratch } from "../../src/scratch/scratch.ts";
import { startTurns } from "../../src/scratch/start-turns.ts";

const TURN_MS = 30_000;
const run = promisify(execFile);

let dataDir: string;
let warnings: string[];
beforeEach(async () => {
  dataDir = await mkdtemp(join(tmpdir(), "scratch-test-"));
  warnings = [];
  // The turns' clock alone: files and processes are real.
  vi.useFakeTimers({ toFake: ["setInterval", "clearInterval"] });
});
afterEach(async () => {
  vi.useRealTimers();
  await rm(dataDir, { recursive: true, force: true });
});

async function open(): Promise<Scratch> {
  const scratch = await openScratch(dataDir, { onWarning: (message) => warnings.push(message) });
  onTestFinished(() => scratch.close());
  return scratch;
}

const exists = (path: string): Promise<boolean> =>
  stat(path).then(
    () => true,
    () => false,
  );

/** Waits in real time for what a turn has begun. */
const eventually = (probe: () => Promise<boolean>) => expect.poll(probe, { timeout: 10_000 }).toBe(true);

it("makes its folder again when somebody has removed it", async () => {
  const scratch = await open();
  await rm(join(dataDir, "scratch"), { recursive: true });
  const { dir } = await scratch.create("render");
  expect(await exists(dir)).toBe(true);
});

it("makes its folder again at the next turn, and keeps sweeping", async () => {
  const scratch = await open();
  await rm(join(dataDir, "scratch"), { recursive: true });
  vi.advanceTimersByTime(TURN_MS);
  await eventually(() => exists(scratch.dir));
  const leftover = join(dataDir, "scratch", `${formatOwner({ ...(await thisOwner()), start: "1" })}-abcd`);
  await mkdir(leftover);
  await expect
    .poll(
      () => {
        vi.advanceTimersByTime(TURN_MS);
        return exists(leftover);
      },
      { timeout: 10_000, interval: 500 },
    )
    .toBe(false);
});

it("lets work succeed whose folder cannot be removed, and removes that later", async () => {
  const scratch = await open();
  const moved = `${scratch.dir}-moved`;
  const bounds = { prefix: "render", maxBytes: Infinity, signal: new AbortController().signal };
  let folder = "";
  const result = await inWorkFolder(scratch, bounds, async (dir) => {
    folder = dir;
    // Below a file nothing can be removed.
    await rename(scratch.dir, moved);
    await writeFile(scratch.dir, "");
    return "done";
  });
  expect(result).toBe("done");
  expect(warnings).toHaveLength(1);
  await rm(scratch.dir);
  await rename(moved, scratch.dir);
  expect(await exists(folder)).toBe(true);
  vi.advanceTimersByTime(TURN_MS);
  await eventually(async () => !(await exists(folder)));
});

/** Makes a folder that cannot be removed, for a file system is mounted in it. */
async function hold(context: TestContext, dir: string): Promise<AsyncDisposable> {
  const held = join(dir, "held");
  await mkdir(held);
  try {
    await run("mount", ["-t", "tmpfs", "tmpfs", held], { timeout: 5_000 });
  } catch (error) {
    context.skip(`no right to mount a file system: ${String(error)}`);
  }
  return {
    [Symbol.asyncDispose]: async () => {
      await run("umount", ["-l", held], { timeout: 5_000 });
    },
  };
}

it("removes the folders of the dead beside one that cannot be removed", async (context) => {
  const parent = join(dataDir, "scratch");
  const mark = formatOwner({ ...(await thisOwner()), start: "1" });
  for (const end of ["a", "b", "c"]) await mkdir(join(parent, `${mark}-${end}`), { recursive: true });
  // The one that is met first.
  const [first = ""] = await readdir(parent);
  await using _held = await hold(context, join(parent, first));
  const scratch = await open();
  expect((await readdir(parent)).sort()).toEqual([first, scratch.dir.slice(parent.length + 1)].sort());
  expect(warnings).toHaveLength(1);
});

it("takes one turn at a time, and goes on after one that failed", async () => {
  const { promise, reject } = Promise.withResolvers<void>();
  const errors: unknown[] = [];
  const work = vi.fn(() => promise);
  const turns = startTurns(work, 10, (error) => errors.push(error));
  vi.advanceTimersByTime(100);
  expect(work).toHaveBeenCalledTimes(1);
  const running = turns.take();
  reject(new Error("broken"));
  await running;
  expect(errors).toHaveLength(1);
  vi.advanceTimersByTime(10);
  expect(work).toHaveBeenCalledTimes(2);
  turns.close();
  vi.advanceTimersByTime(100);
  expect(work).toHaveBeenCalledTimes(2);
});

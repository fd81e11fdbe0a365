import { readdirSync, readFileSync } from "node:fs";
import { rename, rm, writeFile } from "node:fs/promises";

import { expect, it } from "vitest";

import { openPage } from "./open-page.ts";

const ROOT = '<div data-composition-id="main" data-duration="1"></div>';

function read(file: string): string {
  try {
    return readFileSync(file, "utf8");
  } catch {
    // It ended between the listing and the reading.
    return "";
  }
}

/** Processes, zombies aside, whose command line has the text. */
function running(text: string): number[] {
  return readdirSync("/proc")
    .filter((pid) => /^\d+$/.test(pid) && read(`/proc/${pid}/cmdline`).includes(text))
    .filter((pid) => !/\) [ZX] /.test(read(`/proc/${pid}/stat`)))
    .map(Number);
}

/** The processes of a browser's pages. */
function renderers(profile: string): number[] {
  const parents = new Map(
    running("--type=").map(
      (pid) => [pid, Number(/\) . (\d+)/.exec(read(`/proc/${pid}/stat`))?.[1])] as const,
    ),
  );
  const roots = running(profile);
  const isBelow = (pid: number | undefined): boolean =>
    pid !== undefined && (roots.includes(pid) || isBelow(parents.get(pid)));
  return running("--type=renderer").filter(isBelow);
}

it("ends with every process of its own, also when the browser hangs", async () => {
  const page = await openPage(ROOT);
  const profile = page.scratchDir;
  const pids = running(profile);
  expect(pids.length).toBeGreaterThan(0);
  for (const pid of pids) process.kill(pid, "SIGSTOP");
  await page.close();
  await expect.poll(() => running(profile), { timeout: 3_000 }).toEqual([]);
});

it("is gone when only the script that started it was killed", async () => {
  const page = await openPage(ROOT);
  const profile = page.scratchDir;
  process.kill(Math.min(...running(profile)), "SIGKILL");
  await expect.poll(() => running(profile), { timeout: 3_000 }).toEqual([]);
  await expect(page.read("1")).rejects.toMatchObject({ code: "browser-failed" });
  await page.close();
});

it("is gone with the script that started it also when it hangs", async () => {
  const page = await openPage(ROOT);
  const profile = page.scratchDir;
  const [script = 0, ...browser] = running(profile).toSorted((a, b) => a - b);
  expect(browser.length).toBeGreaterThan(0);
  for (const pid of browser) process.kill(pid, "SIGSTOP");
  process.kill(script, "SIGKILL");
  await expect.poll(() => running(profile), { timeout: 3_000 }).toEqual([]);
  await page.close();
});

it("a page whose process ends while it loads has crashed: another try may succeed", async () => {
  let killed = 0;
  const onRequest = async (profile: string): Promise<void> => {
    for (const pid of renderers(profile)) {
      killed += 1;
      process.kill(pid, "SIGKILL");
    }
  };
  await expect(openPage(ROOT, { onRequest })).rejects.toMatchObject({ code: "page-crashed" });
  expect(killed).toBeGreaterThan(0);
});

it("closes without an error when its folder cannot be removed", async () => {
  const page = await openPage(ROOT);
  const moved = `${page.scratchDir}-moved`;
  // Below a file nothing can be removed.
  await rename(page.scratchDir, moved);
  await writeFile(page.scratchDir, "");
  try {
    await page.composition.close();
    await expect.poll(() => running(page.scratchDir), { timeout: 3_000 }).toEqual([]);
  } finally {
    await page.close();
    await rm(moved, { recursive: true });
  }
});

import { readdir } from "node:fs/promises";
import { join } from "node:path";

import type { Render } from "@framewright/contract";
import { afterAll, afterEach, beforeAll, describe, expect, test } from "vitest";

import { getRender, submit, waitForRender } from "./api.ts";
import { expectQuiet } from "./leftovers.ts";
import { layeredPage } from "./pages.ts";
import { killIfAlive, processTree, type RunningProcess, survivors, until } from "./process-tree.ts";
import { startTestProducer, type TestProducer } from "./producer.ts";

/** A worker that dies takes its browser with it: its pipe closes. */
const DEAD_WITHIN_MS = 3_000;
const FRAMES = 90;

let service: TestProducer;

beforeAll(async () => {
  service = await startTestProducer();
});
afterEach(() => expectQuiet(process.pid, service.dataDir));
afterAll(async () => service[Symbol.asyncDispose]());

/** Starts a render and waits until it captures. */
async function startCapturing(): Promise<string> {
  const { id } = await submit(service, { html: layeredPage(FRAMES / 30) });
  await waitForRender(service, id, ({ progress }) => progress.stage === "capture" && progress.framesDone > 5);
  return id;
}

async function find(matches: (process: RunningProcess) => boolean): Promise<RunningProcess> {
  const tree = await until(
    () => processTree(process.pid),
    (tree) => tree.some(matches),
    2_000,
  );
  const found = tree.find(matches);
  if (!found) throw new Error(`not among ${tree.map(({ command }) => command.slice(0, 80)).join("; ")}`);
  return found;
}

const isBrowser = ({ command }: RunningProcess): boolean =>
  command.includes(`--user-data-dir=${service.dataDir}`) && !command.includes("--type=");
const isEncoder = ({ command }: RunningProcess): boolean =>
  command.includes("image2pipe") && command.includes(service.dataDir);

async function expectRetried(id: string): Promise<Render> {
  const render = await waitForRender(service, id);
  expect(render).toMatchObject({ problem: null, state: "succeeded", verdict: { passed: true } });
  expect(render.plan?.frames).toBe(FRAMES);
  expect(render.warnings.map(({ code }) => code)).toEqual(["chunk-retried"]);
  return render;
}

describe("a render goes on, says so, and leaves nothing behind, when kill -9 strikes in mid-capture", () => {
  test("the browser", async () => {
    const id = await startCapturing();
    process.kill((await find(isBrowser)).pid, "SIGKILL");
    const { warnings } = await expectRetried(id);
    expect(warnings[0]?.message).toContain("SIGKILL");
  });

  test("the encoder", async () => {
    const id = await startCapturing();
    process.kill((await find(isEncoder)).pid, "SIGKILL");
    await expectRetried(id);
  });

  test("the page's own process", async () => {
    const id = await startCapturing();
    const isRenderer = ({ command }: RunningProcess): boolean => command.includes("--type=renderer");
    // A browser may keep a spare one ready, which nobody would miss.
    for (const { pid } of (await processTree(process.pid)).filter(isRenderer)) killIfAlive(pid);
    await expectRetried(id);
  });

  test("the render worker, whose browser and encoder die with it", async () => {
    const id = await startCapturing();
    const browser = await find(isBrowser);
    const tree = await processTree(browser.ppid);
    expect(tree.length).toBeGreaterThan(1);
    process.kill(browser.ppid, "SIGKILL");
    expect(
      await until(
        () => survivors(tree),
        (left) => left.length === 0,
        DEAD_WITHIN_MS,
      ),
    ).toEqual([]);
    await expectRetried(id);
  });
});

test("a render whose browser is killed again and again fails with the reason", async () => {
  const id = await startCapturing();
  const ended = waitForRender(service, id).catch((error: unknown) => error);
  const seen = new Set<number>();
  while (!(await getRender(service, id)).finishedAt) {
    const browsers = (await processTree(process.pid)).filter(isBrowser);
    for (const { pid } of browsers) {
      seen.add(pid);
      killIfAlive(pid);
    }
    if (seen.size > 5) break;
  }
  expect(await ended).toMatchObject({
    state: "failed",
    problem: { code: "browser-failed", owner: "system", retryable: true },
    artifact: null,
  });
  expect(await readdir(join(service.dataDir, "artifacts"))).not.toContain(`${id}.mp4`);
});

test("afterwards the service renders as before", async () => {
  const { id } = await submit(service, { html: layeredPage(0.5) });
  expect(await waitForRender(service, id)).toMatchObject({ state: "succeeded", warnings: [] });
});

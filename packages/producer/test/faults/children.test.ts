import { randomUUID } from "node:crypto";

import type { Render } from "@framewright/contract";
import { afterAll, afterEach, beforeAll, expect, test } from "vitest";

import { expectRecovery } from "../../../pool/test/faults/recovery.ts";
import { getRender, submit, waitForRender } from "../e2e/api.ts";
import { expectQuiet } from "../e2e/leftovers.ts";
import { layeredPage } from "../e2e/pages.ts";
import { killIfAlive, processTree, type RunningProcess, survivors, until } from "../e2e/process-tree.ts";
import { below } from "../../src/chaos/process-tree.ts";
import { startTestProducer, type TestProducer } from "../e2e/producer.ts";
import { storedFiles } from "../e2e/stored-files.ts";

const FRAMES = 90;

let service: TestProducer;

beforeAll(async () => {
  service = await startTestProducer();
});
afterEach(() => expectQuiet(process.pid, service.dataDir));
afterAll(async () => service[Symbol.asyncDispose]());

/** Starts a render and waits until it captures. */
async function startCapturing(): Promise<string> {
  // Not the same twice: what was rendered before is not rendered again.
  const html = `${layeredPage(FRAMES / 30)}<!-- ${randomUUID()} -->`;
  const { id } = await submit(service, { html });
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
  command.includes("libx264") && command.includes(service.dataDir);
const isRenderer = ({ command }: RunningProcess): boolean => command.includes("--type=renderer");

/** Waits until the lost chunk is being captured again; gives how long that took. */
async function untilRetried(id: string): Promise<number> {
  const startedAt = performance.now();
  const isGoingOn = ({ state, warnings, progress }: Render): boolean =>
    state === "succeeded" || (warnings.length > 0 && progress.framesDone > 0);
  await waitForRender(service, id, isGoingOn);
  return performance.now() - startedAt;
}

async function expectRetried(id: string, account: "was not charged" | "was charged"): Promise<Render> {
  const render = await waitForRender(service, id);
  expect(render).toMatchObject({ problem: null, state: "succeeded", verdict: { passed: true } });
  expect(render.plan?.frames).toBe(FRAMES);
  expect(render.warnings.map(({ code }) => code)).toEqual(["chunk-retried"]);
  expect(render.warnings[0]?.message).toContain(account);
  return render;
}

test("F28: kill -9 of the render worker, whose browser and encoder die with it", async (context) => {
  const id = await startCapturing();
  const browser = await find(isBrowser);
  const tree = await processTree(browser.ppid);
  expect(tree.length).toBeGreaterThan(1);
  const killedAt = performance.now();
  process.kill(browser.ppid, "SIGKILL");
  const left = await until(
    () => survivors(tree),
    (alive) => alive.length === 0,
    10_000,
  );
  expect(left).toEqual([]);
  expectRecovery(context, performance.now() - killedAt, 2_000);
  await expectRetried(id, "was not charged");
});

test("F30: the page's process crashes in mid-capture", async (context) => {
  const id = await startCapturing();
  // A browser may keep a spare one ready, which nobody would miss.
  const renderers = (await processTree(process.pid)).filter(isRenderer);
  expect(renderers.filter(({ pid }) => killIfAlive(pid))).not.toEqual([]);
  expectRecovery(context, await untilRetried(id), 5_000);
  await expectRetried(id, "was charged");
});

test("F31: kill -9 of the browser in mid-capture", async (context) => {
  const id = await startCapturing();
  process.kill((await find(isBrowser)).pid, "SIGKILL");
  expectRecovery(context, await untilRetried(id), 5_000);
  const { warnings } = await expectRetried(id, "was not charged");
  expect(warnings[0]?.message).toContain("SIGKILL");
});

test("F41a: kill -9 of the encoder in mid-file", async (context) => {
  const id = await startCapturing();
  process.kill((await find(isEncoder)).pid, "SIGKILL");
  expectRecovery(context, await untilRetried(id), 5_000);
  await expectRetried(id, "was not charged");
});

test("a render whose browser is killed again and again fails with the reason", async () => {
  const id = await startCapturing();
  const ended = waitForRender(service, id).catch((error: unknown) => error);
  const giveUpAt = Date.now() + 20_000;
  while (!(await getRender(service, id)).finishedAt && Date.now() < giveUpAt) {
    const tree = await processTree(process.pid);
    // Once it has a page: one that never starts is another fault, and is waited for.
    const pages = tree.filter(({ command }) => command.includes("--type=renderer"));
    const works = ({ pid }: RunningProcess): boolean => pages.some((page) => below(pid, tree).includes(page));
    for (const { pid } of tree.filter(isBrowser).filter(works)) killIfAlive(pid);
  }
  expect(await ended).toMatchObject({
    state: "failed",
    problem: { code: "browser-failed", owner: "system", retryable: true },
    artifact: null,
  });
  expect(await storedFiles(service.dataDir, `renders/${id}`)).toEqual([]);
});

test("afterwards the service renders as before", async () => {
  // Browsers that are killed before they answer make it unready for a while: until a trial shows that they start.
  const isReady = async (): Promise<boolean> => (await fetch(`${service.healthUrl}/readyz`)).ok;
  expect(await until(isReady, (ready) => ready, 10_000)).toBe(true);
  const { id } = await submit(service, { html: layeredPage(0.5) });
  expect(await waitForRender(service, id)).toMatchObject({ state: "succeeded", warnings: [] });
});

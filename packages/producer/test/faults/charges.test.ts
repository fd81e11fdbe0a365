import type { Render } from "@framewright/contract";
import { expect, test } from "vitest";

import { expectRecovery } from "../../../pool/test/faults/recovery.ts";
import { call, plan, submit, waitForRender } from "../e2e/api.ts";
import { layeredPage, page } from "../e2e/pages.ts";
import { processTree, until } from "../e2e/process-tree.ts";
import { startTestProducer, type TestProducer } from "../e2e/producer.ts";
import { FROM_SOURCE, startProducerProcess } from "../e2e/producer-process.ts";
import { openFolder } from "../e2e/machine.ts";
import { storedFiles } from "../e2e/stored-files.ts";
import { openMemoryCgroup } from "./memory-cgroup.ts";
import { residentBytes } from "./resident-bytes.ts";

const MIB = 2 ** 20;

/** Keeps `mib` more in every frame, and says so. */
const hungryPage = (mib: number, seconds: number): string =>
  page({
    duration: seconds,
    script: `const kept = [];
      const eat = () => {
        kept.push(new Uint8Array(${mib} * 2 ** 20).fill(1));
        console.log("ate", kept.length);
        requestAnimationFrame(eat);
      };
      requestAnimationFrame(eat);`,
  });

async function expectRenders(service: { readonly url: string }): Promise<void> {
  const { id } = await submit(service, { html: page() });
  expect(await waitForRender(service, id)).toMatchObject({ state: "succeeded", warnings: [] });
}

function workerOf(service: TestProducer): Promise<number> {
  const isBrowser = (command: string): boolean =>
    command.includes(`--user-data-dir=${service.dataDir}`) && !command.includes("--type=");
  return processTree(process.pid).then(
    (tree) => tree.find(({ command }) => isBrowser(command))?.ppid ?? Promise.reject(new Error("no browser")),
  );
}

/** How long ago a render ended, in milliseconds. */
const sinceEnd = ({ finishedAt }: Render): number => Date.now() - Date.parse(finishedAt ?? "");

test("F12: hung work holds the place", { timeout: 60_000 }, async (context) => {
  const deadlineMs = 6_000;
  await using service = await startTestProducer({
    PRODUCER_WORKERS: "1",
    PRODUCER_RENDER_TIMEOUT_SECONDS: String(deadlineMs / 1000),
  });
  const { id, createdAt } = await submit(service, { html: layeredPage(60) });
  await waitForRender(service, id, ({ progress }) => progress.framesDone > 5);
  process.kill(await workerOf(service), "SIGSTOP");
  const render = await waitForRender(service, id);
  expect(render).toMatchObject({ state: "failed", problem: { code: "render-timeout" } });
  expectRecovery(context, Date.parse(render.finishedAt ?? "") - Date.parse(createdAt), deadlineMs + 3_000);
  await expectRenders(service);
});

test(
  "F14: a composition that brings down its worker again and again",
  { timeout: 90_000 },
  async (context) => {
    await using service = await startTestProducer({
      PRODUCER_WORKERS: "1",
      PRODUCER_WORKER_MEMORY_BYTES: String(500 * MIB),
    });
    const startedAt = performance.now();
    const { id } = await submit(service, { html: hungryPage(20, 10) });
    const render = await waitForRender(service, id, undefined, 60_000);
    expect(render).toMatchObject({
      state: "failed",
      problem: { code: "composition-poisonous", status: 422, owner: "composition", retryable: false },
    });
    expect(render.warnings.map(({ message }) => /\((\d) of 3\)/.exec(message)?.[1])).toEqual(["1", "2"]);
    const { evidence } = render.problem ?? {};
    expect(evidence?.exit).toMatchObject({ process: "worker", reason: "oom" });
    expect(evidence?.lastFrame).toBeGreaterThan(0);
    expect(evidence?.console?.join("\n")).toMatch(/"ate" \d+/);
    expect(JSON.stringify(render)).not.toContain(service.dataDir);
    expectRecovery(context, performance.now() - startedAt, 30_000);
    await expectRenders(service);
  },
);

test("F24: the kernel kills for want of memory", { timeout: 120_000 }, async (context) => {
  await using group = await openMemoryCgroup(context, 900 * MIB);
  await using folder = await openFolder();
  await using service = await startProducerProcess(FROM_SOURCE, folder.dir, {
    PRODUCER_WORKERS: "1",
    // Only the kernel limits here.
    PRODUCER_WORKER_MEMORY_BYTES: String(100_000 * MIB),
  });
  await group.add([service.pid, ...(await processTree(service.pid)).map(({ pid }) => pid)]);
  const { id } = await submit(service, { html: hungryPage(60, 10) });
  await until(
    () => group.kills(),
    (kills) => kills > 0,
    60_000,
  );
  const killedAt = performance.now();
  await waitForRender(service, id, ({ warnings }) => warnings.length > 0);
  expectRecovery(context, performance.now() - killedAt, 5_000);
  const render = await waitForRender(service, id, undefined, 80_000);
  expect(await group.kills()).toBeGreaterThanOrEqual(3);
  expect(render).toMatchObject({ state: "failed", problem: { code: "composition-poisonous" } });
  await expectRenders(service);
});

test(
  "F34: memory that a page lets grow is given back with its chunk",
  { timeout: 60_000 },
  async (context) => {
    await using service = await startTestProducer({ PRODUCER_WORKERS: "1" });
    await expectRenders(service);
    const before = await residentBytes(await processTree(process.pid));
    const { id } = await submit(service, { html: hungryPage(50, 0.5) });
    let peak = 0;
    const render = await waitForRender(service, id, ({ finishedAt }) => {
      void processTree(process.pid)
        .then(residentBytes)
        .then((bytes) => (peak = Math.max(peak, bytes)));
      return finishedAt !== null;
    });
    expect(render).toMatchObject({ state: "succeeded", warnings: [] });
    expect(peak - before).toBeGreaterThan(400 * MIB);
    const left = await until(
      async () => residentBytes(await processTree(process.pid)),
      (bytes) => bytes - before < 50 * MIB,
      10_000,
    );
    expect(left - before).toBeLessThan(50 * MIB);
    expectRecovery(context, sinceEnd(render), 5_000);
  },
);

test(
  "F13: what has expired is swept while every worker is held by hung work",
  { timeout: 110_000 },
  async (context) => {
    const deadlineMs = 10_000;
    await using service = await startTestProducer({
      PRODUCER_RENDER_TIMEOUT_SECONDS: String(deadlineMs / 1000),
      PRODUCER_READY_TIMEOUT_SECONDS: "90",
      PRODUCER_PLAN_TIMEOUT_SECONDS: "90",
      PRODUCER_RETENTION_SECONDS: "30",
    });
    const old = await submit(service, { html: page() });
    const { links } = await waitForRender(service, old.id);
    const isThere = async (): Promise<boolean> => (await call(service, links.artifact)).status === 200;
    expect(await isThere()).toBe(true);
    const stuck = page({ script: "window.__hf = { ready: new Promise(() => {}), duration: 1, seek() {} }" });
    const hung = [1, 2].map(() => plan(service, { html: stuck }).catch(() => null));
    await until(
      () => processTree(process.pid),
      (tree) =>
        tree.filter(({ command }) => command.includes("--user-data-dir=") && !command.includes("--type="))
          .length >= 2,
      10_000,
    );
    const submitted = await Promise.all([1, 2, 3, 4].map(() => submit(service, { html: page() })));
    const ended = await Promise.all(submitted.map(({ id }) => waitForRender(service, id)));
    expect(ended.map(({ problem }) => problem?.code)).toEqual(Array(4).fill("render-timeout"));
    const slowest = Math.max(
      ...ended.map(({ createdAt, finishedAt }) => Date.parse(finishedAt ?? "") - Date.parse(createdAt)),
    );
    expectRecovery(context, slowest, deadlineMs + 2_000);
    expect(await until(isThere, (there) => !there, 65_000)).toBe(false);
    expect((await call(service, links.artifact)).status).toBe(410);
    expect(await storedFiles(service.dataDir, "renders")).toEqual([]);
    await service.producer.close();
    await Promise.all(hung);
  },
);

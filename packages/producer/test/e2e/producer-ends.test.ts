import { once } from "node:events";
import { readdir } from "node:fs/promises";
import { join } from "node:path";

import { expect, test } from "vitest";

import { sendSignal } from "../../src/chaos/send-signal.ts";
import { call, post, readEvents, submit, waitForRender } from "./api.ts";
import { QUIET_WITHIN_MS, scratchFiles } from "./leftovers.ts";
import { openFolder } from "./machine.ts";
import { layeredPage } from "./pages.ts";
import { processesNaming, processTree, type RunningProcess, survivors, until } from "./process-tree.ts";
import { FROM_SOURCE, type ProducerProcess, startProducerProcess } from "./producer-process.ts";

/** Some 1800 frames: far from done when the producer ends. */
const LONG = { html: layeredPage(60) };
const DRAIN_S = 1;
/** The drain, what shutting down takes besides, and a busy machine. */
const EXIT_WITHIN_MS = DRAIN_S * 1000 + 7_000;

async function startCapturing(service: ProducerProcess): Promise<{ id: string; tree: RunningProcess[] }> {
  const { id } = await submit(service, LONG);
  await waitForRender(service, id, ({ progress }) => progress.stage === "capture" && progress.framesDone > 5);
  const tree = await processTree(service.pid);
  expect(tree.some(({ command }) => command.includes("--type=renderer"))).toBe(true);
  expect(tree.some(({ command }) => command.includes("image2pipe"))).toBe(true);
  return { id, tree };
}

/** Fails unless all of a producer's processes and ports are gone within a few seconds. */
async function expectGone(
  service: ProducerProcess,
  tree: readonly RunningProcess[],
  dataDir: string,
): Promise<void> {
  const left = await until(
    async () => [...(await survivors(tree)), ...(await processesNaming(dataDir))],
    (found) => found.length === 0,
    QUIET_WITHIN_MS,
  );
  expect(left).toEqual([]);
  for (const url of [`${service.url}/health`, `${service.healthUrl}/health`]) {
    await expect(fetch(url, { signal: AbortSignal.timeout(2_000) })).rejects.toThrow("fetch failed");
  }
}

test("SIGTERM in mid-render: the render's events say so, exit code 0, nothing is left", async () => {
  await using folder = await openFolder();
  await using service = await startProducerProcess(FROM_SOURCE, folder.dir, {
    PRODUCER_DRAIN_SECONDS: String(DRAIN_S),
  });
  const { id, tree } = await startCapturing(service);
  const queued = await Promise.all([1, 2].map(() => submit(service, LONG)));
  const waiting = queued.at(-1)?.id ?? "";
  const [running, last] = [readEvents(service, id), readEvents(service, waiting)];
  const blocking = post(service, "/render", LONG).then((answer) => answer.json());
  await until(
    async () => (await (await call(service, "/v1/queue")).json()) as { queued: number },
    ({ queued }) => queued >= 2,
    5_000,
  );
  const startedAt = performance.now();
  const exit = service.end("SIGTERM");
  for (const events of [await running, await last]) {
    expect(events.at(-1)?.event).toMatchObject({
      type: "finished",
      render: { state: "failed", problem: { code: "shutting-down", retryable: true }, artifact: null },
    });
  }
  expect(await blocking).toMatchObject({ success: false, code: "shutting-down", retryable: true });
  expect(await exit).toBe(0);
  expect(performance.now() - startedAt).toBeLessThan(EXIT_WITHIN_MS);
  await expectGone(service, tree, folder.dir);
  expect(await readdir(join(folder.dir, "scratch"))).toEqual([]);
  expect(await readdir(join(folder.dir, "artifacts"), { recursive: true })).toEqual([".incoming"]);
});

test(
  "SIGTERM to every process at once, as systemd sends it: running renders are finished",
  { timeout: 90_000 },
  async () => {
    await using folder = await openFolder();
    await using service = await startProducerProcess(FROM_SOURCE, folder.dir, {
      PRODUCER_DRAIN_SECONDS: "60",
    });
    const { id } = await submit(service, { html: layeredPage(2) });
    await waitForRender(service, id, ({ progress }) => progress.framesDone > 5);
    const events = readEvents(service, id);
    const tree = await processTree(service.pid);
    expect(tree.filter(({ command }) => command.includes("image2pipe")).length).toBeGreaterThan(0);
    const exited = once(service.child, "exit", { signal: AbortSignal.timeout(80_000) });
    for (const pid of [service.pid, ...tree.map((child) => child.pid)]) sendSignal(pid, "SIGTERM");
    const { event } = (await events).at(-1) ?? {};
    expect(event).toMatchObject({ type: "finished", render: { state: "succeeded", problem: null } });
    expect(await exited).toEqual([0, null]);
    await expectGone(service, tree, folder.dir);
  },
);

test("SIGTERM while nothing runs: exit code 0, nothing is left", async () => {
  await using folder = await openFolder();
  await using service = await startProducerProcess(FROM_SOURCE, folder.dir);
  const tree = await processTree(service.pid);
  expect(await service.end("SIGTERM")).toBe(0);
  await expectGone(service, tree, folder.dir);
  expect(await readdir(join(folder.dir, "scratch"))).toEqual([]);
});

test("kill -9 in mid-render: no process or listener is left, and the next start removes the files", async () => {
  await using folder = await openFolder();
  await using service = await startProducerProcess(FROM_SOURCE, folder.dir);
  const { tree } = await startCapturing(service);
  expect(await service.end("SIGKILL")).toBe("SIGKILL");
  await expectGone(service, tree, folder.dir);
  expect(await scratchFiles(folder.dir)).not.toEqual([]);
  await using next = await startProducerProcess(FROM_SOURCE, folder.dir);
  expect(
    await until(
      () => scratchFiles(folder.dir),
      (files) => files.length === 0,
      QUIET_WITHIN_MS,
    ),
  ).toEqual([]);
  expect(await readdir(join(folder.dir, "scratch"))).toHaveLength(1);
  const { id } = await submit(next, { html: layeredPage(0.2) });
  expect((await waitForRender(next, id)).state).toBe("succeeded");
});

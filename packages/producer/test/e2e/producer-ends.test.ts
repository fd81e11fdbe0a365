import { once } from "node:events";
import { readdir } from "node:fs/promises";
import { dirname, join } from "node:path";

import { type Render, RenderListSchema } from "@framewright/contract";
import { expect, test } from "vitest";

import { sendSignal } from "../../src/scratch/send-signal.ts";
import { call, getRender, plan, post, readEvents, submit, waitForRender } from "./api.ts";
import { queryDatabaseOf } from "./database-of.ts";
import { expectQuiet, QUIET_WITHIN_MS, scratchFiles } from "./leftovers.ts";
import { openFolder } from "./machine.ts";
import { layeredPage, page } from "./pages.ts";
import { processesNaming, processTree, type RunningProcess, survivors, until } from "./process-tree.ts";
import { FROM_SOURCE, type ProducerProcess, startProducerProcess } from "./producer-process.ts";
import { storedFiles } from "./stored-files.ts";

/** Some 1800 frames: far from done when the producer ends. */
const LONG = { html: layeredPage(60) };
/** In five chunks: some are done when the producer ends, and some are not. */
const RESUMED = { html: layeredPage(15) };
const NEVER_READY = page({
  duration: null,
  script: "window.__hf = { ready: new Promise(() => {}), duration: 1, seek() {} }",
});
const DRAIN_S = 1;
const ENV = { PRODUCER_DRAIN_SECONDS: String(DRAIN_S), PRODUCER_CHUNK_SECONDS: "1" };
const CHUNKS_WITHIN_MS = 40_000;
const FINISHED_WITHIN_MS = 90_000;
/** Work that was handed back can be begun at once; a worker and a browser have to start. */
const GOES_ON_WITHIN_MS = 8_000;
/** Until the work of a process that vanished may be begun by another. */
const LEASE_MS = 12_000;
/** A start, a browser, the first report, and a busy machine. */
const START_MS = 10_000;
/** The drain, what shutting down takes besides, and a busy machine. */
const EXIT_WITHIN_MS = DRAIN_S * 1000 + 7_000;

async function startCapturing(
  service: ProducerProcess,
  body: object,
): Promise<{ id: string; tree: RunningProcess[] }> {
  const { id } = await submit(service, body);
  await waitForRender(service, id, ({ progress }) => progress.stage === "capture" && progress.framesDone > 5);
  const tree = await processTree(service.pid);
  expect(tree.some(({ command }) => command.includes("--type=renderer"))).toBe(true);
  expect(tree.some(({ command }) => command.includes("libx264"))).toBe(true);
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

/** The files of finished chunks: what an owner that was lost had stored without saying so is none. */
async function finishedChunks(dataDir: string): Promise<string[]> {
  const rows = await queryDatabaseOf<{ key: string }>(dataDir, "SELECT key FROM framewright.chunk_files");
  return rows.map(({ key }) => key).toSorted();
}

/** Waits until some chunks of a render are finished. */
async function someChunks(dataDir: string): Promise<void> {
  const files = await until(
    () => finishedChunks(dataDir),
    (found) => found.length >= 2,
    CHUNKS_WITHIN_MS,
  );
  expect(files.length).toBeGreaterThanOrEqual(2);
}

/** Waits for a render that another service began, and fails when a chunk that was finished was rendered again. */
async function expectResumed(
  service: ProducerProcess,
  dataDir: string,
  id: string,
  finished: readonly string[],
): Promise<Render> {
  const render = await waitForRender(service, id, undefined, FINISHED_WITHIN_MS);
  expect(render).toMatchObject({
    state: "succeeded",
    verdict: { passed: true },
    warnings: [],
    problem: null,
  });
  const chunks = render.plan?.chunks.length ?? 0;
  expect(chunks).toBeGreaterThan(finished.length);
  // A chunk that was rendered again would have another file.
  const stored = await storedFiles(dataDir, "");
  const all = await finishedChunks(dataDir);
  expect(all).toHaveLength(chunks);
  expect(all).toEqual(expect.arrayContaining([...finished]));
  for (const file of finished) {
    expect(stored.filter((other) => dirname(other) === dirname(file))).toEqual([file]);
  }
  const ids = (await readEvents(service, id)).map(({ event }) => event.id);
  expect(ids).toEqual([...new Set(ids)].sort((one, other) => one - other));
  return render;
}

test(
  "SIGTERM in mid-render: it is handed back and nothing is left; the next service goes on with it",
  { timeout: 180_000 },
  async () => {
    await using folder = await openFolder();
    await using service = await startProducerProcess(FROM_SOURCE, folder.dir, ENV);
    const { id, tree } = await startCapturing(service, RESUMED);
    const waiting = await submit(service, { html: layeredPage(0.4) });
    const following = readEvents(service, id);
    const blocking = post(service, "/render", LONG);
    const planning = plan(service, { html: NEVER_READY });
    await until(
      async () => (await (await call(service, "/v1/queue")).json()) as { queued: number },
      ({ queued }) => queued >= 2,
      5_000,
    );
    await someChunks(folder.dir);
    const startedAt = performance.now();
    const exit = service.end("SIGTERM");
    // Who follows is let go, who waits for the video is told so.
    const seen = await following;
    expect(seen.map(({ event }) => event.type)).not.toContain("finished");
    const answer = await blocking;
    expect([answer.status, await answer.json()]).toMatchObject([
      503,
      { success: false, code: "shutting-down", retryable: true },
    ]);
    expect((await planning).problem).toMatchObject({ code: "shutting-down", retryable: true });
    expect(await exit).toBe(0);
    expect(performance.now() - startedAt).toBeLessThan(EXIT_WITHIN_MS);
    await expectGone(service, tree, folder.dir);
    expect(await readdir(join(folder.dir, "scratch"))).toEqual([]);
    expect(await storedFiles(folder.dir, ".incoming")).toEqual([]);
    const finished = await finishedChunks(folder.dir);

    await using next = await startProducerProcess(FROM_SOURCE, folder.dir, ENV);
    const readyAt = Date.now();
    const last = seen.at(-1)?.event.id ?? 0;
    const rest = await readEvents(next, id, last, FINISHED_WITHIN_MS);
    expect(rest.at(-1)?.event).toMatchObject({ type: "finished", render: { state: "succeeded" } });
    const goesOn = rest.find(({ event }) => Date.parse(event.at) > readyAt);
    expect(Date.parse(goesOn?.event.at ?? "") - readyAt).toBeLessThan(GOES_ON_WITHIN_MS);
    await expectResumed(next, folder.dir, id, finished);
    expect((await waitForRender(next, waiting.id)).state).toBe("succeeded");
    // Nobody waits for it any more.
    const cancelled = await call(next, "/v1/renders?state=cancelled");
    expect(RenderListSchema.parse(await cancelled.json()).renders).toHaveLength(1);
  },
);

test(
  "SIGTERM to every process at once, as systemd sends it: chunks that run are finished, and the next service joins them",
  { timeout: 120_000 },
  async () => {
    await using folder = await openFolder();
    await using service = await startProducerProcess(FROM_SOURCE, folder.dir, {
      PRODUCER_DRAIN_SECONDS: "60",
    });
    const { id } = await submit(service, { html: layeredPage(2) });
    await waitForRender(service, id, ({ progress }) => progress.framesDone > 5);
    const tree = await processTree(service.pid);
    expect(tree.filter(({ command }) => command.includes("libx264")).length).toBeGreaterThan(0);
    const exited = once(service.child, "exit", { signal: AbortSignal.timeout(80_000) });
    for (const pid of [service.pid, ...tree.map((child) => child.pid)]) sendSignal(pid, "SIGTERM");
    expect(await exited).toEqual([0, null]);
    await expectGone(service, tree, folder.dir);
    const finished = await storedFiles(folder.dir, "chunks");
    await using next = await startProducerProcess(FROM_SOURCE, folder.dir);
    const { state, plan: made } = await waitForRender(next, id);
    expect(state).toBe("succeeded");
    expect(made?.chunks).toHaveLength(finished.length);
    expect(await storedFiles(folder.dir, "chunks")).toEqual(finished);
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

test(
  "kill -9 in mid-render: no process or listener is left; the next service removes the files and goes on",
  { timeout: 180_000 },
  async () => {
    await using folder = await openFolder();
    await using service = await startProducerProcess(FROM_SOURCE, folder.dir, ENV);
    const { id, tree } = await startCapturing(service, RESUMED);
    await someChunks(folder.dir);
    expect(await service.end("SIGKILL")).toBe("SIGKILL");
    const killedAt = Date.now();
    await expectGone(service, tree, folder.dir);
    expect(await scratchFiles(folder.dir)).not.toEqual([]);
    const [dead = ""] = await readdir(join(folder.dir, "scratch"));
    const finished = await finishedChunks(folder.dir);

    await using next = await startProducerProcess(FROM_SOURCE, folder.dir, ENV);
    const owners = await until(
      () => readdir(join(folder.dir, "scratch")),
      (found) => !found.includes(dead),
      QUIET_WITHIN_MS,
    );
    expect(owners).toHaveLength(1);
    const { framesDone } = (await getRender(next, id)).progress;
    await waitForRender(next, id, ({ progress }) => progress.framesDone > framesDone);
    expect(Date.now() - killedAt).toBeLessThan(LEASE_MS + START_MS);
    await expectResumed(next, folder.dir, id, finished);
    await expectQuiet(next.pid, folder.dir);
  },
);

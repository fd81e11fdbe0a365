import { chmod, writeFile } from "node:fs/promises";
import { join } from "node:path";

import {
  type Render,
  RenderListSchema,
  RenderSchema,
  type RenderState,
  type Stage,
} from "@framewright/contract";
import { afterAll, afterEach, beforeAll, describe, expect, test } from "vitest";

import { call, getRender, post, readEvents, submit, waitForRender } from "./api.ts";
import { expectQuiet } from "./leftovers.ts";
import { type Folder, machineFfmpeg, openFolder } from "./machine.ts";
import { layeredPage, page } from "./pages.ts";
import { processTree, until } from "./process-tree.ts";
import { startTestProducer, type TestProducer } from "./producer.ts";
import { storedFiles } from "./stored-files.ts";

/** From the request to cancel to the answer that the render is cancelled, and from there until nobody works on it. */
const CANCELLED_WITHIN_MS = 2_000;
const LET_GO_WITHIN_MS = 2_000;
/** Some 1800 frames: far from done when it is cancelled. */
const LONG = { html: layeredPage(60) };

let service: TestProducer;
let tools: Folder;

/** A program that sleeps instead when its arguments hold a word: a stage that lasts until it is ended. */
async function sleepsOn(word: string, program: string, name: string): Promise<string> {
  const file = join(tools.dir, name);
  await writeFile(file, `#!/bin/sh\ncase "$*" in *${word}*) exec sleep 60;; esac\nexec '${program}' "$@"\n`);
  await chmod(file, 0o755);
  return file;
}

beforeAll(async () => {
  tools = await openFolder();
  const { ffmpeg, ffprobe } = await machineFfmpeg();
  service = await startTestProducer({
    PRODUCER_WORKERS: "1",
    PRODUCER_FFMPEG_PATH: await sleepsOn("concat", ffmpeg, "ffmpeg"),
    PRODUCER_FFPROBE_PATH: ffprobe,
  });
});
afterAll(async () => {
  await service[Symbol.asyncDispose]();
  await tools[Symbol.asyncDispose]();
});

async function cancel(id: string): Promise<Render> {
  const startedAt = performance.now();
  const answer = await call(service, `/v1/renders/${id}`, { method: "DELETE" });
  expect(answer.status).toBe(200);
  expect(performance.now() - startedAt).toBeLessThan(CANCELLED_WITHIN_MS);
  return RenderSchema.parse(await answer.json());
}

const at =
  (stage: Stage, framesDone = 0) =>
  ({ progress }: Render): boolean =>
    progress.stage === stage && progress.framesDone >= framesDone;

async function expectCancelled(id: string): Promise<void> {
  const render = await cancel(id);
  expect(render).toMatchObject({ state: "cancelled", problem: { code: "cancelled" }, artifact: null });
  expect(await getRender(service, id)).toEqual(render);
  const events = await readEvents(service, id);
  expect(events.at(-1)?.event).toMatchObject({ type: "finished", render: { state: "cancelled" } });
  expect(await storedFiles(service.dataDir, `renders/${id}`)).toEqual([]);
}

/** Browsers and encoders of the service. */
async function working(): Promise<string[]> {
  const tree = await processTree(process.pid);
  return tree
    .map(({ command }) => command)
    .filter((command) => command.includes(service.dataDir) && !command.includes("render-worker"));
}

async function expectLetGo(): Promise<void> {
  const left = await until(working, (found) => found.length === 0, LET_GO_WITHIN_MS);
  expect(left).toEqual([]);
  await expectQuiet(process.pid, service.dataDir);
}

async function listRenders(state: RenderState): Promise<Render[]> {
  const answer = await call(service, `/v1/renders?state=${state}`);
  return RenderListSchema.parse(await answer.json()).renders;
}

// A test that fails must not keep the only worker busy.
afterEach(async () => {
  const open = [...(await listRenders("queued")), ...(await listRenders("running"))];
  for (const { id } of open) await cancel(id);
});

describe("a render that is cancelled leaves nothing behind", () => {
  test("while it waits in the queue, and while it captures", async () => {
    const running = await submit(service, LONG);
    const queued = await submit(service, LONG);
    await waitForRender(service, running.id, at("capture", 5));
    expect(await getRender(service, queued.id)).toMatchObject({
      state: "queued",
      progress: { queuePosition: 1 },
    });
    await expectCancelled(queued.id);
    expect((await getRender(service, running.id)).state).toBe("running");
    expect(await working()).not.toEqual([]);
    await expectCancelled(running.id);
    await expectLetGo();
  });

  test("while it is planned, and waits for the page", async () => {
    const script = "window.__hf = { ready: new Promise(() => {}), duration: 1, seek() {} }";
    const { id } = await submit(service, { html: page({ duration: null, script }) });
    await waitForRender(service, id, ({ progress }) => progress.waitingFor === "window.__hf.ready");
    expect((await getRender(service, id)).progress.stage).toBe("plan");
    await expectCancelled(id);
    await expectLetGo();
  });

  test("while it is assembled", async () => {
    const { id } = await submit(service, { html: page() });
    await waitForRender(service, id, at("assemble"));
    await expectCancelled(id);
    await expectLetGo();
  });

  test("when its client disconnects", async () => {
    const client = new AbortController();
    const answer = post(service, "/render", LONG, { signal: client.signal }).then(
      () => "answered",
      () => "aborted",
    );
    const running = await until(
      () => listRenders("running"),
      (seen) => seen.some(at("capture", 5)),
      20_000,
    );
    client.abort();
    expect(await answer).toBe("aborted");
    const id = running[0]?.id ?? "";
    const ended = await waitForRender(service, id);
    expect(ended).toMatchObject({
      state: "cancelled",
      problem: { code: "cancelled", detail: expect.stringContaining("disconnected") },
    });
    await expectLetGo();
  });
});

test("what has finished cannot be cancelled", async () => {
  const { id } = await submit(service, { html: page({ duration: "NaN" }) });
  await waitForRender(service, id);
  const answer = await call(service, `/v1/renders/${id}`, { method: "DELETE" });
  expect([answer.status, await answer.json()]).toMatchObject([409, { code: "render-finished" }]);
});

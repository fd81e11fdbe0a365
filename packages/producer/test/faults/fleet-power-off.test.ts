import { realpath } from "node:fs/promises";
import { join } from "node:path";

import { type RenderEvent, RenderEventSchema } from "@framewright/contract";
import { expect, test } from "vitest";

import { expectRecovery } from "../../../pool/test/faults/recovery.ts";
import { killServerProcesses, serverProcesses } from "../../src/postgres/embedded/server-processes.ts";
import { call, getRender, readEvents, readMessages, type Service, submit } from "../e2e/api.ts";
import { openFolder } from "../e2e/machine.ts";
import { killIfAlive, processTree, survivors, until } from "../e2e/process-tree.ts";
import { FROM_SOURCE, type ProducerProcess, startProducerProcess } from "../e2e/producer-process.ts";
import { eventually, TEST_MS, warningsOf } from "./fleet.ts";
import { note } from "./footprint.ts";
import { CHUNK_FRAMES, slowPage } from "./slow-pages.ts";

const NEW_FRAME_WITHIN_MS = 30_000;
const GONE_WITHIN_MS = 5_000;
const FOUR = { chunks: 4 } as const;
/** With more, a chunk is finished: two run at a time. */
const SOME_FRAMES = 2 * CHUNK_FRAMES;
/** A database of its own, in its data folder. */
const ENV = { DATABASE_URL: "", PRODUCER_CHUNK_SECONDS: "1", PRODUCER_WORKERS: "2" };

interface Heard {
  readonly event: RenderEvent;
  readonly at: number;
}

/** Takes down a render's events until the render has finished, or the connection breaks. */
async function listen(service: Service, id: string, heard: Heard[]): Promise<void> {
  const last = heard.at(-1)?.event.id;
  const headers = last === undefined ? {} : { "last-event-id": String(last) };
  const signal = AbortSignal.timeout(TEST_MS);
  const answer = await call(service, `/v1/renders/${id}/events`, { headers, signal });
  for await (const { data } of readMessages(answer)) {
    heard.push({ event: RenderEventSchema.parse(JSON.parse(data)), at: performance.now() });
  }
}

/** Kills a service with its render workers, browsers, encoders and database, as near to at once as can be. */
async function powerOff(service: ProducerProcess, databaseDir: string): Promise<void> {
  const tree = await processTree(service.pid);
  const database = await serverProcesses(databaseDir);
  for (const pid of [service.pid, ...database, ...tree.map((each) => each.pid)]) killIfAlive(pid);
  expect(await killServerProcesses(databaseDir, GONE_WITHIN_MS)).toBe(true);
  await service.end("SIGKILL");
  expect(
    await until(
      () => survivors(tree),
      ({ length }) => length === 0,
      GONE_WITHIN_MS,
    ),
  ).toEqual([]);
}

const framesDone = (event: RenderEvent | undefined): number =>
  event?.type === "progress" ? event.progress.framesDone : 0;

/** How long after a start a count of frames was first told that was not the last one of those heard `before`. */
function newFrameMs(heard: readonly Heard[], before: number, startedAt: number): number {
  const seen = heard.slice(0, before).findLast(({ event }) => event.type === "progress");
  const found = heard
    .slice(before)
    .find(
      ({ event }) =>
        event.type === "progress" &&
        event.progress.stage === "capture" &&
        framesDone(event) !== framesDone(seen?.event),
    );
  return (found?.at ?? Infinity) - startedAt;
}

/** Fails unless a render's events were heard in order, each once, and none was missed that is kept. */
async function expectAllHeard(service: Service, id: string, heard: readonly Heard[]): Promise<void> {
  expect(heard.at(-1)?.event).toMatchObject({ type: "finished", render: { state: "succeeded" } });
  const ids = heard.map(({ event }) => event.id);
  expect(ids).toEqual([...new Set(ids)].toSorted((a, b) => a - b));
  expect(ids[0]).toBe(1);
  // Of progress only the latest is kept.
  const kept = (await readEvents(service, id)).map(({ event }) => event);
  const seen = new Map(heard.map(({ event }) => [event.id, event]));
  expect(kept.map((event) => seen.get(event.id) ?? event.id)).toEqual(kept);
}

test("F57e: everything is killed, as when the power goes", { timeout: TEST_MS }, async (context) => {
  const folder = await openFolder();
  const databaseDir = join(await realpath(folder.dir), "postgres", "data");
  const services: ProducerProcess[] = [];
  context.onTestFinished(async () => {
    for (const each of services) await each[Symbol.asyncDispose]();
    // Where the test failed between the two.
    await killServerProcesses(databaseDir, GONE_WITHIN_MS);
    await folder[Symbol.asyncDispose]();
  }, TEST_MS);
  const start = async (): Promise<ProducerProcess> => {
    const service = await startProducerProcess(FROM_SOURCE, folder.dir, ENV);
    services.push(service);
    return service;
  };
  const first = await start();
  const heard: Heard[] = [];
  const { id } = await submit(first, { html: slowPage(FOUR) });
  const broken = listen(first, id, heard).catch((error: unknown) => error);
  await eventually(
    "a chunk is finished, and others are under way",
    async () => heard.some(({ event }) => framesDone(event) > SOME_FRAMES),
    40_000,
  );
  await powerOff(first, databaseDir);
  expect(await broken).toBeInstanceOf(Error);
  const before = heard.length;

  const startedAt = performance.now();
  const second = await start();
  await listen(second, id, heard);
  const tookMs = newFrameMs(heard, before, startedAt);
  const nextMs = Math.round((heard[before]?.at ?? Infinity) - startedAt);
  note(`after the start: first event ${nextMs} ms, first new frame ${Math.round(tookMs)} ms`);
  await expectAllHeard(second, id, heard);
  expect(warningsOf(await getRender(second, id))).toEqual([]);
  expectRecovery(context, tookMs, NEW_FRAME_WITHIN_MS);
});

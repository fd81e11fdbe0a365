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
import { TEST_MS } from "./fleet.ts";
import { slowPage } from "./slow-pages.ts";

const NEW_FRAME_WITHIN_MS = 30_000;
const GONE_WITHIN_MS = 5_000;
const FOUR = { chunks: 4, frameMs: 60 } as const;
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

test("F57e: everything is killed, as when the power goes", { timeout: TEST_MS }, async (context) => {
  const folder = await openFolder();
  const databaseDir = join(await realpath(folder.dir), "postgres", "data");
  const start = (): Promise<ProducerProcess> => startProducerProcess(FROM_SOURCE, folder.dir, ENV);
  const services = [await start()];
  context.onTestFinished(async () => {
    for (const each of services) await each[Symbol.asyncDispose]();
    // Where the test failed between the two.
    await killServerProcesses(databaseDir, GONE_WITHIN_MS);
    await folder[Symbol.asyncDispose]();
  }, TEST_MS);
  const [first] = services;
  if (!first) throw new Error("no service");
  const heard: Heard[] = [];
  const { id } = await submit(first, { html: slowPage(FOUR) });
  const broken = listen(first, id, heard).then(
    () => null,
    (error: unknown) => error,
  );
  // One chunk is finished, and others are under way.
  await until(
    async () => framesDone(heard.at(-1)?.event),
    (frames) => frames > 160,
    40_000,
  );
  await powerOff(first, databaseDir);
  expect(await broken).not.toBeNull();
  const before = heard.length;
  const lastSeen = heard.at(-1)?.event;
  expect(lastSeen?.type).toBe("progress");

  const startedAt = performance.now();
  const second = await start();
  services.push(second);
  await listen(second, id, heard);
  const after = heard.slice(before);
  const newFrame = after.find(
    ({ event }) =>
      event.type === "progress" &&
      event.progress.stage === "capture" &&
      framesDone(event) !== framesDone(lastSeen),
  );
  process.stdout.write(
    `after the start: first event ${Math.round((after[0]?.at ?? 0) - startedAt)} ms, first new frame ${Math.round((newFrame?.at ?? 0) - startedAt)} ms\n`,
  );
  expect(heard.at(-1)?.event).toMatchObject({ type: "finished", render: { state: "succeeded" } });
  const ids = heard.map(({ event }) => event.id);
  expect(ids).toEqual([...new Set(ids)].toSorted((a, b) => a - b));
  expect(ids[0]).toBe(1);
  // Of progress only the latest is kept; of all the rest, nothing was missed.
  const kept = (await readEvents(second, id)).map(({ event }) => event);
  const seen = new Map(heard.map(({ event }) => [event.id, event]));
  expect(kept.map((event) => seen.get(event.id) ?? event.id)).toEqual(kept);
  expect((await getRender(second, id)).warnings.map(({ code }) => code)).toEqual(["worker-clock"]);
  expectRecovery(context, (newFrame?.at ?? Infinity) - startedAt, NEW_FRAME_WITHIN_MS);
});

import { once } from "node:events";
import { connect, type Socket } from "node:net";

import { QueueSchema, RenderListSchema } from "@framewright/contract";
import { afterAll, beforeAll, expect, test } from "vitest";

import { call, getRender, submit, waitForRender } from "../e2e/api.ts";
import { type Folder, openFolder } from "../e2e/machine.ts";
import { layeredPage } from "../e2e/pages.ts";
import { until } from "../e2e/process-tree.ts";
import { FROM_SOURCE, type ProducerProcess, startProducerProcess } from "../e2e/producer-process.ts";
import { storedFiles } from "../e2e/stored-files.ts";
import { expectLetGo, LET_GO_WITHIN_MS, measureAtRest, scratchFolders } from "./footprint.ts";

const CLIENTS = 500;
/** Admitting hundreds of renders writes as many snapshots. */
const ARRIVAL_MS = 40_000;
const TEST_MS = 120_000;
/** Some 1800 frames: far from done when the clients go. */
const LONG = { html: layeredPage(60) };

let folder: Folder;
let service: ProducerProcess;

beforeAll(async () => {
  folder = await openFolder();
  service = await startProducerProcess(FROM_SOURCE, folder.dir, {
    PRODUCER_QUEUE_LIMIT: String(2 * CLIENTS),
  });
  // Everything has been used once before anything is measured.
  await leaveRenders(CLIENTS);
  await followAndLeave((await submit(service, { html: layeredPage(0.5) })).id, CLIENTS);
  await leaveUploads(CLIENTS);
  await until(openRenders, (open) => open === 0, LET_GO_WITHIN_MS);
}, TEST_MS);
afterAll(async () => {
  await service[Symbol.asyncDispose]();
  await folder[Symbol.asyncDispose]();
});

async function openRenders(): Promise<number> {
  const { queued, running } = QueueSchema.parse(await (await call(service, "/v1/queue")).json());
  return queued + running;
}

async function countCancelled(): Promise<number> {
  let count = 0;
  for (let cursor: string | null = ""; cursor !== null;) {
    const page = `/v1/renders?state=cancelled&limit=100${cursor && `&cursor=${cursor}`}`;
    const list = RenderListSchema.parse(await (await call(service, page)).json());
    count += list.renders.length;
    cursor = list.nextCursor;
  }
  return count;
}

/** Clients that wait for a video, and disconnect once all of them have been admitted and some are captured. */
async function leaveRenders(clients: number): Promise<void> {
  const body = JSON.stringify(LONG);
  const head = `POST /render HTTP/1.1\r\nhost: 127.0.0.1\r\ncontent-type: application/json\r\n`;
  // Not by fetch, which opens connections again for requests that it has given up.
  const sockets = Array.from({ length: clients }, () => connectTo(service.url));
  let answers = 0;
  for (const socket of sockets) {
    socket.once("data", () => answers++);
    socket.write(`${head}content-length: ${Buffer.byteLength(body)}\r\n\r\n${body}`);
  }
  const admitted = await until(openRenders, (open) => open >= clients, ARRIVAL_MS);
  expect(admitted).toBe(clients);
  expect(answers).toBe(0);
  for (const socket of sockets) socket.destroy();
}

/** Clients that follow a render, each until it has seen something, and then disconnect. */
async function followAndLeave(id: string, clients: number): Promise<void> {
  const sockets = Array.from({ length: clients }, () => connectTo(service.url));
  await Promise.all(
    sockets.map(async (socket) => {
      socket.write(`GET /v1/renders/${id}/events HTTP/1.1\r\nhost: 127.0.0.1\r\n\r\n`);
      await once(socket, "data", { signal: AbortSignal.timeout(ARRIVAL_MS) });
    }),
  );
  for (const socket of sockets) socket.destroy();
}

/** Clients that upload, and disconnect once all of them are on disk in part. */
async function leaveUploads(clients: number): Promise<void> {
  const head = [
    "POST /v1/renders HTTP/1.1",
    "host: 127.0.0.1",
    "content-type: multipart/form-data; boundary=b",
    "content-length: 1000000000",
    "",
    '--b\r\ncontent-disposition: form-data; name="project"; filename="p.zip"\r\n\r\n',
  ].join("\r\n");
  const sockets = Array.from({ length: clients }, () => connectTo(service.url));
  for (const socket of sockets) socket.write(head + "x".repeat(64_000));
  const uploads = async (): Promise<number> =>
    (await scratchFolders(folder.dir)).filter((path) => path.startsWith("upload-")).length;
  expect(await until(uploads, (count) => count === clients, ARRIVAL_MS)).toBe(clients);
  for (const socket of sockets) socket.destroy();
}

function connectTo(url: string): Socket {
  const { port, hostname } = new URL(url);
  return connect(Number(port), hostname).on("error", () => undefined);
}

test(
  `E1: ${CLIENTS} clients disconnect while they wait for a video: every render is cancelled`,
  { timeout: TEST_MS },
  async (context) => {
    const before = await measureAtRest(service.pid);
    const cancelledBefore = await countCancelled();
    await leaveRenders(CLIENTS);
    expect(await until(openRenders, (open) => open === 0, LET_GO_WITHIN_MS)).toBe(0);
    await expectLetGo(context, service.pid, before);
    expect((await countCancelled()) - cancelledBefore).toBe(CLIENTS);
    expect(await scratchFolders(folder.dir)).toEqual([]);
  },
);

test(
  `E1: ${CLIENTS} clients that follow a render's events disconnect: it goes on`,
  { timeout: TEST_MS },
  async (context) => {
    const before = await measureAtRest(service.pid);
    const { id } = await submit(service, { html: layeredPage(8) });
    await waitForRender(service, id, ({ progress }) => progress.stage === "capture", 20_000);
    await followAndLeave(id, CLIENTS);
    expect((await getRender(service, id)).state).toBe("running");
    expect(await waitForRender(service, id, undefined, 60_000)).toMatchObject({ state: "succeeded" });
    await expectLetGo(context, service.pid, before);
  },
);

test(
  `E1: a client disconnects right after it has submitted a render: it goes on`,
  { timeout: TEST_MS },
  async (context) => {
    const before = await measureAtRest(service.pid);
    const body = JSON.stringify({ html: layeredPage(1) });
    const socket = connectTo(service.url);
    socket.write(
      `POST /v1/renders HTTP/1.1\r\nhost: 127.0.0.1\r\ncontent-type: application/json\r\ncontent-length: ${Buffer.byteLength(body)}\r\n\r\n${body}`,
    );
    const [answer] = await once(socket, "data", { signal: AbortSignal.timeout(10_000) });
    socket.destroy();
    const id = /"id":"([^"]+)"/.exec(String(answer))?.[1] ?? "";
    expect(await waitForRender(service, id)).toMatchObject({ state: "succeeded" });
    await expectLetGo(context, service.pid, before);
  },
);

test(
  `E1: ${CLIENTS} clients disconnect in the middle of an upload: nothing of it is kept`,
  { timeout: TEST_MS },
  async (context) => {
    const before = await measureAtRest(service.pid);
    await leaveUploads(CLIENTS);
    expect(
      await until(
        () => scratchFolders(folder.dir),
        (left) => left.length === 0,
        LET_GO_WITHIN_MS,
      ),
    ).toEqual([]);
    await expectLetGo(context, service.pid, before);
    expect((await storedFiles(folder.dir, "")).filter((file) => file.includes("upload"))).toEqual([]);
  },
);

import { once } from "node:events";
import { readdir, readlink, truncate } from "node:fs/promises";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";

import { afterAll, beforeAll, describe, expect, test } from "vitest";

import { expectRecovery } from "../../../pool/test/faults/recovery.ts";
import { call, submit, waitForRender } from "../e2e/api.ts";
import { queryDatabaseOf } from "../e2e/database-of.ts";
import { type Folder, openFolder } from "../e2e/machine.ts";
import { page } from "../e2e/pages.ts";
import { FROM_SOURCE, type ProducerProcess, startProducerProcess } from "../e2e/producer-process.ts";
import { expectLetGo, measureAtRest, MIB, note } from "./footprint.ts";
import { closedAfterMs, connectTo, openHalfRequests } from "./slow-clients.ts";

const HALF_OPEN = 200;
const SLOW = 20;
/** A head has 10 s on the API and 4 s on the health port; overdue ones are looked for every second, or half. */
const API_HEAD_MS = 11_500;
const HEALTH_HEAD_MS = 5_000;
const BODY_STALL_MS = 62_000;
const WRITE_STALL_MS = 62_000;
const TEST_MS = 150_000;
/** Far more than the kernel holds for a connection: the rest has to wait for the reader. */
const ARTIFACT_BYTES = 256 * MIB;

let folder: Folder;
let service: ProducerProcess;

async function storeLargeArtifact(): Promise<string> {
  const { id } = await submit(service, { html: page() });
  const { links } = await waitForRender(service, id);
  const [row] = await queryDatabaseOf<{ key: string }>(
    folder.dir,
    "UPDATE framewright.renders SET artifact = jsonb_set(artifact, '{bytes}', $2) WHERE id = $1 RETURNING artifact_key AS key",
    [id, ARTIFACT_BYTES],
  );
  await truncate(join(folder.dir, "store", row?.key ?? ""), ARTIFACT_BYTES);
  return links.artifact;
}

beforeAll(async () => {
  folder = await openFolder();
  service = await startProducerProcess(FROM_SOURCE, folder.dir);
}, TEST_MS);
afterAll(async () => {
  await service[Symbol.asyncDispose]();
  await folder[Symbol.asyncDispose]();
});

/** Asks until stopped; gives the statuses, and the slowest answer's time. */
function probe(url: string): { stop(): Promise<{ statuses: unknown[]; slowestMs: number }> } {
  const done = new AbortController();
  const probing = (async () => {
    const statuses = new Set<unknown>();
    let slowestMs = 0;
    while (!done.signal.aborted) {
      const startedAt = performance.now();
      try {
        const answer = await fetch(url, { signal: AbortSignal.timeout(5_000) });
        await answer.arrayBuffer();
        statuses.add(answer.status);
      } catch (error) {
        const cause = error instanceof Error ? error.cause : undefined;
        statuses.add(`${String(error)} ${String(cause)} after ${performance.now() - startedAt} ms`);
      }
      slowestMs = Math.max(slowestMs, performance.now() - startedAt);
      await sleep(50);
    }
    return { statuses: [...statuses], slowestMs };
  })();
  return {
    stop() {
      done.abort();
      return probing;
    },
  };
}

test(
  `E2: ${HALF_OPEN} half-open connections on each port: all are closed, and probes are answered meanwhile`,
  { timeout: TEST_MS },
  async (context) => {
    for (const socket of await openHalfRequests(service.url, HALF_OPEN)) socket.destroy();
    const before = await measureAtRest(service.pid);
    const [api, health] = await Promise.all([
      openHalfRequests(service.url, HALF_OPEN),
      openHalfRequests(service.healthUrl, HALF_OPEN),
    ]);
    const probes = ["livez", "readyz", "health"].map((path) => probe(`${service.healthUrl}/${path}`));
    const [apiMs, healthMs] = await Promise.all([
      closedAfterMs(api, 2 * API_HEAD_MS),
      closedAfterMs(health, 2 * HEALTH_HEAD_MS),
    ]);
    const answers = await Promise.all(probes.map((each) => each.stop()));
    const slowestMs = Math.max(...answers.map((each) => each.slowestMs));
    note(
      `closed: API ${Math.max(...apiMs)} ms, health ${Math.max(...healthMs)} ms; slowest probe ${slowestMs} ms`,
    );
    expect(answers.map(({ statuses }) => statuses)).toEqual([[200], [200], [200]]);
    expect(slowestMs).toBeLessThan(1_000);
    expect(Math.min(...apiMs)).toBeGreaterThan(8_000);
    expect(Math.max(...apiMs)).toBeLessThan(API_HEAD_MS);
    await expectLetGo(context, service.pid, before);
    expectRecovery(context, Math.max(...healthMs), HEALTH_HEAD_MS);
  },
);

describe("E2, beyond the head", () => {
  test.concurrent(
    "E2: bodies that come a byte at a time are refused within the time that a body has",
    { timeout: TEST_MS },
    async (context) => {
      const startedAt = performance.now();
      const clients = Array.from({ length: SLOW }, async (_, index) => {
        const type = index % 2 === 0 ? "application/json" : "multipart/form-data; boundary=b";
        const socket = connectTo(service.url);
        const dripping = setInterval(() => socket.write(" "), 1_000);
        try {
          socket.write(
            `POST /v1/renders HTTP/1.1\r\nhost: 127.0.0.1\r\ncontent-type: ${type}\r\ncontent-length: 1000000\r\n\r\n`,
          );
          const [answer] = await once(socket, "data", { signal: AbortSignal.timeout(2 * BODY_STALL_MS) });
          return { answer: String(answer), tookMs: performance.now() - startedAt };
        } finally {
          clearInterval(dripping);
          socket.destroy();
        }
      });
      const answers = await Promise.all(clients);
      for (const { answer } of answers) {
        expect(answer).toMatch(/^HTTP\/1\.1 408 /);
        expect(answer).toContain("body-incomplete");
      }
      expectRecovery(context, Math.max(...answers.map(({ tookMs }) => tookMs)), BODY_STALL_MS);
    },
  );

  test.concurrent(
    "E2: clients that stop reading a download are cut off, and one that reads slowly is not",
    { timeout: TEST_MS },
    async (context) => {
      const path = await storeLargeArtifact();
      const open = () => {
        const socket = connectTo(service.url);
        socket.write(`GET ${path} HTTP/1.1\r\nhost: 127.0.0.1\r\n\r\n`);
        return socket.pause();
      };
      const startedAt = performance.now();
      const deaf = Array.from({ length: SLOW }, open);
      const slow = open();
      let read = 0;
      const reading = setInterval(() => {
        read += slow.read()?.length ?? 0;
      }, 500);
      try {
        // Only the service knows that it has cut a connection whose client does not read: its descriptors tell.
        const tookMs = await expectArtifactsClosed(service.pid, startedAt, 1);
        expectRecovery(context, tookMs, WRITE_STALL_MS);
        expect(slow.closed).toBe(false);
        expect(read).toBeGreaterThan(MIB);
      } finally {
        clearInterval(reading);
        for (const socket of [...deaf, slow]) socket.destroy();
      }
      expect((await call(service, "/health")).status).toBe(200);
    },
  );
});

async function expectArtifactsClosed(pid: number, startedAt: number, left: number): Promise<number> {
  const dir = `/proc/${pid}/fd`;
  let most = 0;
  for (;;) {
    const links = await Promise.all(
      (await readdir(dir)).map((fd) => readlink(join(dir, fd)).catch(() => "")),
    );
    const open = links.filter((link) => link.endsWith(".mp4")).length;
    most = Math.max(most, open);
    const tookMs = performance.now() - startedAt;
    if (most > SLOW && open <= left) return tookMs;
    if (tookMs > 140_000) throw new Error(`still ${open} of ${most} downloads are open`);
    await sleep(250);
  }
}

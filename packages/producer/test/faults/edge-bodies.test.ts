import { once } from "node:events";
import { setTimeout as sleep } from "node:timers/promises";

import { HealthSchema, PlanSchema, ProblemSchema } from "@framewright/contract";
import { afterAll, beforeAll, describe, expect, test } from "vitest";

import { expectRecovery } from "../../../pool/test/faults/recovery.ts";
import { call, post } from "../e2e/api.ts";
import { type Folder, openFolder } from "../e2e/machine.ts";
import { page } from "../e2e/pages.ts";
import { until } from "../e2e/process-tree.ts";
import { FROM_SOURCE, type ProducerProcess, startProducerProcess } from "../e2e/producer-process.ts";
import { upload, zip } from "../e2e/uploads.ts";
import {
  expectLetGo,
  measureAtRest,
  MIB,
  note,
  rssBytes,
  scratchBytes,
  scratchFolders,
  watchPeak,
} from "./footprint.ts";
import { connectTo } from "./slow-clients.ts";

const BODY_BYTES = 2 * 2 ** 30;
const JSON_LIMIT_BYTES = 8 * MIB;
const UPLOAD_LIMIT_BYTES = 1024 * MIB;
const REFUSED_WITHIN_MS = 1_000;
const GROWTH_BYTES = 50 * MIB;
const TEST_MS = 120_000;

let folder: Folder;
let service: ProducerProcess;

beforeAll(async () => {
  folder = await openFolder();
  service = await startProducerProcess(FROM_SOURCE, folder.dir);
  // Everything has been used once before anything is measured.
  await sendEndless("application/json", JSON_LIMIT_BYTES);
  await sendEndless("multipart/form-data; boundary=b", 64 * MIB, 64 * MIB);
}, TEST_MS);
afterAll(async () => {
  await service[Symbol.asyncDispose]();
  await folder[Symbol.asyncDispose]();
});

const PART = '--b\r\ncontent-disposition: form-data; name="project"; filename="p.zip"\r\n\r\n';

interface Outcome {
  readonly answer: string;
  readonly sentBytes: number;
  /** From the byte that passed the limit to the answer. */
  readonly refusedMs: number;
}

/** Sends a body of 2 GiB, or less, in chunks and without a length, until it is answered. */
async function sendEndless(type: string, limitBytes: number, total = BODY_BYTES): Promise<Outcome> {
  const socket = connectTo(service.url);
  const heard = { answer: "", at: 0 };
  socket.on("data", (data) => {
    heard.at ||= performance.now();
    heard.answer += String(data);
  });
  socket.write(
    `POST /v1/renders HTTP/1.1\r\nhost: 127.0.0.1\r\ncontent-type: ${type}\r\ntransfer-encoding: chunked\r\n\r\n`,
  );
  if (type.startsWith("multipart")) socket.write(`${PART.length.toString(16)}\r\n${PART}\r\n`);
  const chunk = Buffer.from(`10000\r\n${" ".repeat(65_536)}\r\n`);
  let sentBytes = 0;
  let passedAt = 0;
  try {
    while (sentBytes < total && heard.at === 0 && !socket.destroyed) {
      const hasRoom = socket.write(chunk);
      sentBytes += 65_536;
      if (sentBytes > limitBytes) passedAt ||= performance.now();
      if (!hasRoom) await Promise.race([once(socket, "drain").catch(() => undefined), sleep(100)]);
    }
    const isAnswered = async (): Promise<boolean> => heard.at > 0;
    if (total === BODY_BYTES) await until(isAnswered, Boolean, 2 * REFUSED_WITHIN_MS);
  } finally {
    socket.destroy();
  }
  return { answer: heard.answer, sentBytes, refusedMs: heard.at - passedAt };
}

async function expectRefused(
  type: string,
  limitBytes: number,
): Promise<{ refusedMs: number; grewBytes: number; diskBytes: number }> {
  const startBytes = await rssBytes(service.pid);
  const memory = watchPeak(() => rssBytes(service.pid));
  const disk = watchPeak(() => scratchBytes(folder.dir));
  const startedAt = performance.now();
  const { answer, sentBytes, refusedMs } = await sendEndless(type, limitBytes);
  const tookMs = performance.now() - startedAt;
  const [peak, diskBytes] = await Promise.all([memory.stop(), disk.stop()]);
  const grewBytes = peak - startBytes;
  note(
    `${type}: refused after ${Math.round(sentBytes / MIB)} MiB in ${Math.round(tookMs)} ms, ${Math.round(refusedMs)} ms after the limit; ` +
      `memory +${Math.round(grewBytes / MIB)} MiB at most, disk ${Math.round(diskBytes / MIB)} MiB at most`,
  );
  expect(answer).toMatch(/^HTTP\/1\.1 413 /);
  expect(answer).toContain("body-too-large");
  expect(sentBytes).toBeLessThan(BODY_BYTES);
  expect(grewBytes).toBeLessThan(GROWTH_BYTES);
  return { refusedMs, grewBytes, diskBytes };
}

describe("E3: huge bodies, chunked and without a length", () => {
  test("E3: 2 GB of JSON are refused by counted bytes", { timeout: TEST_MS }, async (context) => {
    const before = await measureAtRest(service.pid);
    const { refusedMs, diskBytes } = await expectRefused("application/json", JSON_LIMIT_BYTES);
    expect(diskBytes).toBe(0);
    await expectLetGo(context, service.pid, before);
    expectRecovery(context, refusedMs, REFUSED_WITHIN_MS);
  });

  test(
    "E3: 2 GB of an upload are refused by counted bytes, and leave the disk as it was",
    { timeout: TEST_MS },
    async (context) => {
      const before = await measureAtRest(service.pid);
      const { refusedMs, diskBytes } = await expectRefused(
        "multipart/form-data; boundary=b",
        UPLOAD_LIMIT_BYTES,
      );
      expect(diskBytes).toBeLessThanOrEqual(UPLOAD_LIMIT_BYTES + MIB);
      await expectLetGo(context, service.pid, before);
      expect(await scratchFolders(folder.dir)).toEqual([]);
      expectRecovery(context, refusedMs, REFUSED_WITHIN_MS);
    },
  );
});

const DEEP = 1e5;
const deep = (open: string, close: string): string => open.repeat(DEEP) + close.repeat(DEEP);
const WIDE = Array.from({ length: 5e5 }, (_, n) => `"k${n}":1`).join(",");

const BOMBS: readonly { readonly name: string; readonly body: string }[] = [
  { name: "arrays 1e5 deep", body: deep("[", "]") },
  { name: "variables of arrays 1e5 deep", body: `{"html":"x","variables":{"a":${deep("[", "]")}}}` },
  {
    name: "variables of objects 1e5 deep",
    body: `{"html":"x","variables":${deep('{"a":', "}").replace("}", "1}")}}`,
  },
  { name: "an unclosed depth of 4e6", body: "[".repeat(4e6) },
  { name: "half a million fields", body: `{"html":1,${WIDE}}` },
  { name: "a field's name of 8 MB", body: `{"html":1,"${"k".repeat(8e6)}":1}` },
  { name: "a number of 8 MB", body: `{"html":"x","fps":${"9".repeat(8e6)}}` },
  { name: "a rate of 7 MB", body: `{"html":"x","fps":"${"9".repeat(7e6)}/1"}` },
  { name: "__proto__ at the top", body: '{"html":1,"__proto__":{"polluted":1}}' },
  { name: "constructor at the top", body: '{"html":1,"constructor":{"prototype":{"polluted":1}}}' },
];

describe("E8: JSON bombs", () => {
  test("E8: deep, wide and huge JSON is refused, whoever reads it", { timeout: TEST_MS }, async (context) => {
    for (const { body } of BOMBS) await post(service, "/v1/renders", {}, { body });
    const before = await measureAtRest(service.pid);
    let slowestMs = 0;
    for (const { name, body } of BOMBS) {
      for (const path of ["/v1/renders", "/v1/plans", "/render"]) {
        const startedAt = performance.now();
        const answer = await post(service, path, {}, { body });
        const text = await answer.text();
        slowestMs = Math.max(slowestMs, performance.now() - startedAt);
        expect([name, path, answer.status]).toEqual([name, path, 400]);
        expect(text.length).toBeLessThan(10_000);
      }
    }
    const { mainLoop } = HealthSchema.parse(await (await call(service, "/health")).json());
    note(`slowest refusal ${Math.round(slowestMs)} ms; main loop ${JSON.stringify(mainLoop)}`);
    await expectLetGo(context, service.pid, before);
    expect(await scratchFolders(folder.dir)).toEqual([]);
  });

  test("E8: no key of a request reaches a prototype, here or in the page", async () => {
    const script = "throw new Error(`polluted: ${typeof {}.polluted}`)";
    const html = JSON.stringify(page({ script }));
    const variables = [
      '{"__proto__":{"polluted":1}}',
      '{"constructor":{"prototype":{"polluted":1}}}',
      '{"a":{"__proto__":{"polluted":1}}}',
    ];
    for (const each of variables) {
      const answer = await post(service, "/v1/plans", {}, { body: `{"html":${html},"variables":${each}}` });
      const json: unknown = await answer.json();
      if (answer.status === 400) expect(ProblemSchema.parse(json).code).toBe("invalid-request");
      else expect(JSON.stringify(PlanSchema.parse(json).warnings)).toContain("polluted: undefined");
    }
  });

  test("E8: the options of an upload are held to the same", async () => {
    const archive = await zip({ "index.html": page() });
    const form = upload(archive, {});
    form.set("request", new Blob([deep("[", "]")], { type: "application/json" }));
    const answer = await call(service, "/v1/renders", { method: "POST", body: form });
    expect(answer.status).toBe(400);
    expect(await scratchFolders(folder.dir)).toEqual([]);
  });
});

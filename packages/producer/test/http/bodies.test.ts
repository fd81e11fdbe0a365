import { connect } from "node:net";
import { setTimeout as sleep } from "node:timers/promises";

import { ProblemError } from "@framewright/contract";
import { afterEach, beforeEach, describe, expect, it } from "vitest";

import { readBody } from "../../src/http/body.ts";
import { eventually, jsonOf, postJson, startApp, type TestApp } from "./start-app.ts";

const MIB = 1024 * 1024;

let app: TestApp;
beforeEach(async () => {
  app = await startApp();
});
afterEach(() => app.stop());

const post = (body: string | Uint8Array<ArrayBuffer>, contentType = "application/json") =>
  fetch(`${app.url}/v1/renders`, {
    method: "POST",
    headers: { "content-type": contentType },
    body,
    duplex: "half",
    signal: AbortSignal.timeout(10_000),
  });

describe("a JSON body", () => {
  it.each([
    ["", "invalid-json"],
    ["{", "invalid-json"],
    ["[]", "invalid-request"],
    ["null", "invalid-request"],
    ['{"html":"x","nope":1}', "invalid-request"],
    ['{"html":"x","fps":"fast"}', "invalid-request"],
    ['{"html":"x","projectDir":"y"}', "invalid-request"],
    ["{}", "invalid-request"],
    [`{"html":"x","variables":${"[".repeat(1e5)}${"]".repeat(1e5)}}`, "invalid-request"],
    [`${"[".repeat(1e5)}${"]".repeat(1e5)}`, "invalid-request"],
    [`{"html":"x","variables":${'{"a":'.repeat(1e5)}1${"}".repeat(1e5)}}`, "invalid-request"],
    [`[${"1,".repeat(3e6)}1]`, "invalid-request"],
    [`{"html":"x","${"k".repeat(1e6)}":1}`, "invalid-request"],
    ['{"html":"x","__proto__":{"polluted":true}}', "invalid-request"],
  ])("is refused when it is %.40s", async (body, code) => {
    const response = await postJson(`${app.url}/v1/renders`, body);
    const text = await response.text();
    expect(response.status).toBe(400);
    expect(response.headers.get("content-type")).toBe("application/problem+json");
    expect(JSON.parse(text)).toMatchObject({ code, status: 400, owner: "caller", retryable: false });
    expect(text.length).toBeLessThan(4000);
    expect(app.renders.submissions).toHaveLength(0);
  });

  it("is refused when it is not UTF-8", async () => {
    const response = await post(new Uint8Array([0x22, 0xff, 0x22]));
    expect(await jsonOf(response)).toMatchObject({ code: "invalid-json" });
  });

  it("names each field that does not fit", async () => {
    const { errors } = await jsonOf(
      await postJson(`${app.url}/v1/renders`, {
        html: "x",
        quality: "best",
        range: { startFrame: -1 },
        fps: [],
      }),
    );
    expect(errors).toEqual([
      { path: "fps", message: 'must be an integer or a ratio like "30000/1001"' },
      { path: "quality", message: expect.stringContaining("draft") },
      {
        path: "range",
        message: "must be {startFrame, endFrame} in whole frames, or {startSeconds, endSeconds}",
      },
    ]);
  });

  it.each(["text/plain", "application/x-www-form-urlencoded"])("is refused as %s", async (type) => {
    const response = await post('{"html":"x"}', type);
    expect(response.status).toBe(415);
  });

  it("may be as large as 8 MiB and no larger, by its declared length", async () => {
    const fits = await post(`{"html":"x"}${" ".repeat(8 * MIB - 12)}`);
    expect(fits.status).toBe(202);
    const large = await post(" ".repeat(8 * MIB + 1));
    expect(large.status).toBe(413);
    expect(await jsonOf(large)).toMatchObject({ code: "body-too-large" });
  });

  it("of 2 GB without a length is refused at once, and memory stays flat", async () => {
    const chunk = Buffer.from(`10000\r\n${" ".repeat(65_536)}\r\n`);
    const before = process.memoryUsage.rss();
    const startedAt = performance.now();
    const socket = connect(app.port, "127.0.0.1");
    let answer = "";
    socket.on("data", (data) => (answer += data.toString()));
    socket.on("error", () => undefined);
    socket.write(
      "POST /v1/renders HTTP/1.1\r\nhost: x\r\ncontent-type: application/json\r\ntransfer-encoding: chunked\r\n\r\n",
    );
    let sent = 0;
    while (
      sent < 2 ** 31 &&
      !answer.includes("\r\n\r\n") &&
      !socket.destroyed &&
      performance.now() - startedAt < 8000
    ) {
      await sleep(socket.write(chunk) ? 0 : 1);
      sent += chunk.length;
    }
    expect(answer).toMatch(/^HTTP\/1.1 413/);
    expect(performance.now() - startedAt).toBeLessThan(5000);
    expect(process.memoryUsage.rss() - before).toBeLessThan(150 * MIB);
    await eventually(() => socket.destroyed, "the connection closed");
    expect((await fetch(`${app.url}/health`)).status).toBe(200);
  });
});

describe("readBody", () => {
  const limits = { maxBytes: 100, totalMs: 5000 };
  const slow = (chunks: number, pauseMs: number) =>
    new Request("http://x/", {
      method: "POST",
      duplex: "half",
      body: new ReadableStream({
        async pull(controller) {
          await sleep(pauseMs);
          if (chunks-- > 0) controller.enqueue(new Uint8Array(10));
          else controller.close();
        },
      }),
    });
  const readAll = async (request: Request, options: Parameters<typeof readBody>[1], signal?: AbortSignal) => {
    let bytes = 0;
    for await (const chunk of readBody(request, options, signal)) bytes += chunk.byteLength;
    return bytes;
  };

  it("reads what keeps coming", async () => {
    expect(await readAll(slow(10, 20), { ...limits, stallMs: 1000 })).toBe(100);
  });

  it.each([
    ["pauses for too long", slow(2, 1000), { ...limits, stallMs: 50 }, "Less than"],
    ["drips", slow(1000, 20), { maxBytes: 1e6, totalMs: 5000, stallMs: 300 }, "Less than"],
    ["takes too long", slow(1000, 20), { maxBytes: 1e6, totalMs: 200 }, "longer than"],
    ["is larger than it may be", slow(11, 1), { ...limits, setting: "SETTING" }, "SETTING"],
  ])("refuses a body that %s", async (_what, request, options, detail) => {
    await expect(readAll(request, options)).rejects.toThrow(detail);
  });

  it("ends at once when it is no longer wanted", async () => {
    const abort = new AbortController();
    const reading = readAll(slow(2, 4000), limits, abort.signal);
    abort.abort(new ProblemError("invalid-request", "unwanted"));
    await expect(reading).rejects.toThrow("unwanted");
  });
});

import { mkdir, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";

import { HyperframesResultSchema } from "@framewright/contract";
import { afterAll, beforeAll, describe, expect, test } from "vitest";

import { BARCODES, readBarcodes } from "../frame-truth/barcodes.ts";
import { call, post, readMessages } from "./api.ts";
import { decodeGrey } from "./decode.ts";
import { type Folder, gsapSource, openFolder } from "./machine.ts";
import { page } from "./pages.ts";
import { startTestProducer, type TestProducer } from "./producer.ts";

let service: TestProducer;
let folder: Folder;
let html: string;

beforeAll(async () => {
  folder = await openFolder();
  await mkdir(join(folder.dir, "projects", "one"), { recursive: true });
  await mkdir(join(folder.dir, "outputs"));
  service = await startTestProducer({
    PRODUCER_PROJECTS_ROOT: join(folder.dir, "projects"),
    PRODUCER_OUTPUT_ROOT: join(folder.dir, "outputs"),
  });
  html = BARCODES["gsap"]?.({ seconds: 0.5, frameMs: 1000 / 24, gsap: await gsapSource() }) ?? "";
  await writeFile(join(folder.dir, "projects", "one", "scene.html"), html);
});
afterAll(async () => {
  await service[Symbol.asyncDispose]();
  await folder[Symbol.asyncDispose]();
});

const TWELVE = Array.from({ length: 12 }, (_, n) => n);

async function download(url: string): Promise<string> {
  const answer = await call(service, url);
  expect([answer.status, answer.headers.get("content-type")]).toEqual([200, "video/mp4"]);
  expect(answer.headers.get("content-disposition")).toMatch(/^attachment;.*\.mp4/);
  const file = join(folder.dir, "download.mp4");
  await writeFile(file, Buffer.from(await answer.arrayBuffer()));
  return file;
}

describe("POST /render", () => {
  test("answers with the finished video, which its token opens", async () => {
    const answer = await post(service, "/render", {
      html,
      fps: 24,
      quality: "draft",
      format: "mp4",
      unknown: 1,
    });
    expect(answer.status).toBe(200);
    const result = HyperframesResultSchema.parse(await answer.json());
    expect(result).toMatchObject({
      success: true,
      outcome: "completed",
      warnings: [],
      videoDurationSeconds: 0.5,
    });
    expect(result.requestId).toBe(answer.headers.get("x-request-id"));
    expect(result.durationMs).toBeGreaterThan(0);
    expect(result.outputUrl).toBe(`/outputs/${result.outputToken}`);
    const file = await download(result.outputUrl);
    expect((await readFile(file)).length).toBe(result.fileSize);
    expect(readBarcodes(await decodeGrey(file))).toEqual(TWELVE);
  });

  test("takes a project of this machine, and writes the file where it is asked to", async () => {
    const output = join(folder.dir, "outputs", "deep", "video.mp4");
    const projectDir = join(folder.dir, "projects", "one");
    const answer = await post(service, "/render", { projectDir, entryFile: "scene.html", fps: 24, output });
    const result = HyperframesResultSchema.parse(await answer.json());
    expect(result.outputPath).toBe(output);
    expect(readBarcodes(await decodeGrey(output))).toEqual(TWELVE);
  });

  test("says in its outcome that there were warnings", async () => {
    const answer = await post(service, "/render", {
      html: page({ width: null, height: null, duration: 0.1, body: "<p style='color: #fff'>Words</p>" }),
    });
    const result = HyperframesResultSchema.parse(await answer.json());
    expect(result.outcome).toBe("completed_with_warnings");
    expect(result.warnings.map(({ code }) => code)).toEqual(["size-undeclared"]);
  });

  test("answers a composition's fault with its code and remedy", async () => {
    const answer = await post(service, "/render", { html: page({ duration: "NaN" }) });
    expect(answer.status).toBe(422);
    const body: unknown = await answer.json();
    expect(body).toMatchObject({ success: false, stage: "plan", code: "duration-invalid", retryable: false });
    expect(body).toMatchObject({
      error: expect.stringContaining("NaN"),
      remedy: expect.stringContaining("data-duration"),
    });
  });
});

test("POST /render/stream tells how far it is, and ends with the video", async () => {
  const answer = await post(service, "/render/stream", { html, fps: 24 });
  expect(answer.headers.get("content-type")).toContain("text/event-stream");
  const messages: Record<string, unknown>[] = [];
  for await (const { data } of readMessages(answer))
    messages.push(JSON.parse(data) as Record<string, unknown>);
  const types = messages.map(({ type }) => type);
  expect(types.at(-1)).toBe("complete");
  expect(new Set(types.slice(0, -1).filter((type) => type !== "queued"))).toEqual(new Set(["progress"]));
  const progress = messages.flatMap((message) =>
    typeof message["progress"] === "number" ? [message["progress"]] : [],
  );
  expect(progress.length).toBeGreaterThan(1);
  expect(progress).toEqual([...progress].sort((a, b) => a - b));
  expect(new Set(messages.map(({ requestId }) => requestId)).size).toBe(1);
  const last = messages.at(-1);
  expect(last).toMatchObject({ videoDurationSeconds: 0.5, outcome: "completed" });
  expect(readBarcodes(await decodeGrey(await download(String(last?.["outputUrl"]))))).toEqual(TWELVE);
});

test("POST /render/stream tells a fault that shows later as its last message", async () => {
  const answer = await post(service, "/render/stream", { html: page({ duration: "Infinity" }) });
  const messages: unknown[] = [];
  for await (const { data } of readMessages(answer)) messages.push(JSON.parse(data));
  expect(messages.at(-1)).toMatchObject({ type: "error", code: "duration-infinite", stage: "plan" });
});

describe("where its model falls back on a default, this answers 400", () => {
  test.each([
    ["fps", "abc"],
    ["fps", 29.97],
    ["fps", null],
    ["quality", "ultra"],
    ["format", "avi"],
    ["variables", "none"],
  ])("%s: %j", async (field, value) => {
    for (const path of ["/render", "/render/stream"]) {
      const answer = await post(service, path, { html, [field]: value });
      expect(answer.status).toBe(400);
      expect(await answer.json()).toMatchObject({ success: false, code: "invalid-request" });
    }
  });
});

test("an unknown token opens nothing", async () => {
  expect((await call(service, "/outputs/nothing")).status).toBe(404);
});

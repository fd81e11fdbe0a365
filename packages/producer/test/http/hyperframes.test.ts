import { createHash } from "node:crypto";
import { mkdir, mkdtemp, readdir, readFile, rm, symlink, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";

import { afterEach, beforeEach, describe, expect, it } from "vitest";

import { PROGRESS, succeed } from "./fake-renders.ts";
import { eventually, jsonOf, messagesOf, postJson, readText, startApp, type TestApp } from "./start-app.ts";

let app: TestApp;
let outputRoot: string;
beforeEach(async () => {
  outputRoot = await mkdtemp(join(tmpdir(), "producer-output-"));
  app = await startApp({ outputRoot });
});
afterEach(async () => {
  await app.stop();
  await rm(outputRoot, { recursive: true, force: true });
});

const HTML = { html: "<p>hello</p>" };
const render = (body: unknown = HTML) => postJson(`${app.url}/render`, body);
const stream = (body: unknown = HTML) => postJson(`${app.url}/render/stream`, body);

async function admittedId(): Promise<string> {
  let ids: string[] = [];
  await eventually(async () => {
    ids = (await app.renders.list()).renders.map(({ id }) => id);
    return ids.length > 0;
  }, "a render");
  return ids[0]!;
}

const warning = { code: "slow", message: "m", remedy: "r" };

describe("POST /render", () => {
  it("answers when the video is finished, and serves it by its token", async () => {
    const pending = render({ ...HTML, entryFile: "index.html", unknown: 1, output: null });
    const id = await admittedId();
    succeed(app.renders, id, { warnings: [warning] });
    const response = await pending;
    const result = await jsonOf(response);
    expect(response.status).toBe(200);
    expect(result).toEqual({
      success: true,
      requestId: response.headers.get("x-request-id"),
      outputPath: `${id}.mp4`,
      outputToken: expect.any(String),
      outputUrl: `/outputs/${String(result["outputToken"])}`,
      fileSize: 5,
      durationMs: expect.any(Number),
      videoDurationSeconds: 1,
      outcome: "completed_with_warnings",
      warnings: [warning],
    });
    expect(await (await fetch(app.url + String(result["outputUrl"]))).text()).toBe("video");
    expect((await fetch(app.url + String(result["outputUrl"]), { method: "HEAD" })).status).toBe(200);
    const guessed = await fetch(`${app.url}/outputs/${id}.${"A".repeat(43)}`);
    expect(guessed.status).toBe(404);
    expect(await jsonOf(guessed)).toMatchObject({ success: false, error: expect.any(String) });
    expect((await fetch(`${app.url}/outputs/${id}`)).status).toBe(404);
  });

  it("takes HyperFrames' options for outputs, and hands on those that mean something here", async () => {
    const options = { format: "webm", crf: 30, outputResolution: "1080p" };
    const pending = render({ ...HTML, ...options, videoFrameFormat: "png", outputDynamicRange: "sdr" });
    const id = await admittedId();
    expect(app.renders.submissions[0]?.options).toEqual({ ...options, strictVariables: false });
    succeed(app.renders, id);
    expect((await pending).status).toBe(200);
  });

  it.each([
    [{ outputDynamicRange: "hdr" }, "8 bits"],
    [{ format: "webm", codec: "h264" }, "webm takes vp9 or av1, not h264"],
    [{ format: "gif", videoBitrate: "2M" }, "gif has none"],
    [{ crf: 20, videoBitrate: "2M" }, "either decides"],
    [{ outputResolution: "tiny" }, "landscape"],
  ])("refuses %o, and says why", async (options, why) => {
    const refused = await render({ ...HTML, ...options });
    expect(refused.status).toBe(400);
    expect(JSON.stringify(await jsonOf(refused))).toContain(why);
  });

  it("fetches what `previewUrl` names", async () => {
    const pending = render({ previewUrl: "http://studio.example/a" });
    const id = await admittedId();
    const [submission] = app.renders.submissions;
    const fetched = createHash("sha256").update("<p>http://studio.example/a</p>").digest("hex");
    expect(submission?.snapshot.hash).toBe(fetched);
    succeed(app.renders, id);
    expect((await pending).status).toBe(200);
  });

  it.each([
    ["{", "invalid-json", 400],
    [{ ...HTML, previewUrl: "http://a.example" }, "invalid-request", 400],
    [{ previewUrl: "file:///etc/passwd" }, "invalid-request", 400],
    [{}, "invalid-request", 400],
    [{ ...HTML, projectDir: "a" }, "invalid-request", 400],
    [{ ...HTML, fps: "fast" }, "invalid-request", 400],
    [{ ...HTML, quality: "best" }, "invalid-request", 400],
    [{ ...HTML, format: "avi" }, "invalid-request", 400],
    [{ ...HTML, fps: 1000 }, "fps-out-of-range", 422],
  ])("refuses %j, also as a stream, before anything is rendered", async (body, code, status) => {
    for (const response of [await render(body), await stream(body)]) {
      expect(response.status).toBe(status);
      expect(response.headers.get("content-type")).toBe("application/json");
      expect(await jsonOf(response)).toMatchObject({
        success: false,
        code,
        error: expect.any(String),
        retryable: false,
      });
    }
    expect(app.renders.submissions).toHaveLength(0);
  });

  it("tells a failure with its stage and remedy", async () => {
    const pending = render();
    const id = await admittedId();
    app.renders.emit(id, { type: "progress", progress: { ...PROGRESS, stage: "plan" } });
    app.renders.finish(id, {
      state: "failed",
      problem: {
        type: "x",
        code: "duration-infinite",
        title: "t",
        status: 422,
        detail: "The timeline never ends.",
        remedy: "r",
        retryable: false,
        owner: "composition",
      },
    });
    const response = await pending;
    expect(response.status).toBe(422);
    expect(await jsonOf(response)).toMatchObject({
      success: false,
      error: "The timeline never ends.",
      stage: "plan",
      durationMs: expect.any(Number),
      code: "duration-infinite",
      remedy: expect.any(String),
    });
  });

  it("refuses a full queue with Retry-After", async () => {
    app.renders.room = false;
    const response = await render();
    expect(response.status).toBe(429);
    expect(response.headers.get("retry-after")).toBe("7");
    expect(await jsonOf(response)).toMatchObject({ success: false, code: "queue-full", retryable: true });
  });

  it.each(["/render", "/render/stream"])("cancels the render when the client of %s leaves", async (path) => {
    const abort = new AbortController();
    const pending = fetch(app.url + path, {
      method: "POST",
      headers: { "content-type": "application/json" },
      body: JSON.stringify(HTML),
      signal: abort.signal,
    }).catch(() => undefined);
    const id = await admittedId();
    await eventually(() => app.renders.followers === 1, "a follower");
    abort.abort();
    await pending;
    await eventually(() => app.renders.cancelled.includes(id), "the render cancelled");
    await eventually(() => app.renders.followers === 0, "no follower");
  });
});

describe("output", () => {
  it.each(["a.mp4", "new/folder/a.mp4", `${"long".repeat(60)}.mp4`])(
    "is written to %s below its root",
    async (output) => {
      const pending = render({ ...HTML, output });
      succeed(app.renders, await admittedId());
      expect(await jsonOf(await pending)).toMatchObject({
        success: true,
        outputPath: join(outputRoot, output),
      });
      expect(await readFile(join(outputRoot, output), "utf8")).toBe("video");
      expect(
        (await readdir(outputRoot, { recursive: true })).filter((name) => name.endsWith(".part")),
      ).toEqual([]);
    },
  );

  it("may be given as `outputPath`, as an absolute path", async () => {
    const outputPath = join(outputRoot, "b.mp4");
    const pending = render({ ...HTML, outputPath });
    succeed(app.renders, await admittedId());
    expect(await jsonOf(await pending)).toMatchObject({ outputPath });
  });

  it.each([
    "../a.mp4",
    "/etc/a.mp4",
    "link/a.mp4",
    "link/new/a.mp4",
    ".",
    "folder/",
    "a\0.mp4",
    "a\ud800.mp4",
    "there",
    "file/a.mp4",
    "file/new/a.mp4",
    `${"long".repeat(64)}.mp4`,
  ])("is refused before the render when it is %j", async (output) => {
    await symlink(tmpdir(), join(outputRoot, "link"));
    await mkdir(join(outputRoot, "there"));
    await writeFile(join(outputRoot, "file"), "");
    const response = await render({ ...HTML, output });
    expect(response.status).toBe(403);
    expect(await jsonOf(response)).toMatchObject({ success: false, code: "output-not-allowed" });
    expect(app.renders.submissions).toHaveLength(0);
  });

  it("is refused after the render when its folder became a file meanwhile", async () => {
    await mkdir(join(outputRoot, "folder"));
    const pending = render({ ...HTML, output: "folder/a.mp4" });
    const id = await admittedId();
    await rm(join(outputRoot, "folder"), { recursive: true });
    await writeFile(join(outputRoot, "folder"), "");
    succeed(app.renders, id);
    expect(await jsonOf(await pending)).toMatchObject({ success: false, code: "output-not-allowed" });
  });

  it("is refused after the render when its folder was swapped for a link meanwhile", async () => {
    await mkdir(join(outputRoot, "folder"));
    const pending = render({ ...HTML, output: "folder/swapped-by-test.mp4" });
    const id = await admittedId();
    await rm(join(outputRoot, "folder"), { recursive: true });
    await symlink(tmpdir(), join(outputRoot, "folder"));
    succeed(app.renders, id);
    expect(await jsonOf(await pending)).toMatchObject({ success: false, code: "output-not-allowed" });
    expect(await readdir(tmpdir())).not.toContain("swapped-by-test.mp4");
  });

  it("is refused where no root is configured", async () => {
    const bare = await startApp();
    const response = await postJson(`${bare.url}/render`, { ...HTML, output: "a.mp4" });
    expect(await jsonOf(response)).toMatchObject({ code: "output-not-allowed" });
    await bare.stop();
  });
});

describe("POST /render/stream", () => {
  it("tells queue, progress and completion without event lines", async () => {
    const response = await stream();
    expect(response.headers.get("content-type")).toBe("text/event-stream");
    const id = await admittedId();
    app.renders.emit(id, { type: "progress", progress: { ...PROGRESS, queuePosition: 2 } });
    app.renders.emit(id, {
      type: "progress",
      progress: { ...PROGRESS, stage: "capture", framesDone: 15, framesTotal: 30 },
    });
    succeed(app.renders, id);
    const text = await readText(response);
    const requestId = response.headers.get("x-request-id");
    expect(text).not.toMatch(/^event:/m);
    expect(messagesOf(text)).toEqual([
      { type: "queued", requestId, position: 2 },
      {
        type: "progress",
        requestId,
        stage: "capture",
        progress: 0.5,
        framesRendered: 15,
        totalFrames: 30,
        message: "capture: frame 15 of 30",
      },
      expect.objectContaining({
        type: "complete",
        requestId,
        outputPath: `${id}.mp4`,
        fileSize: 5,
        outcome: "completed",
      }),
    ]);
  });

  it("ends with `error` or `cancelled`", async () => {
    const failing = await stream();
    app.renders.finish(await admittedId(), { state: "failed" });
    expect(messagesOf(await readText(failing))).toEqual([
      expect.objectContaining({
        type: "error",
        code: "internal",
        elapsedMs: expect.any(Number),
        remedy: expect.any(String),
      }),
    ]);
    const cancelled = await stream();
    const { renders } = await app.renders.list();
    await app.renders.cancel(renders[1]!.id);
    expect(messagesOf(await readText(cancelled))).toEqual([
      expect.objectContaining({ type: "cancelled", message: expect.any(String) }),
    ]);
  });

  it("hides what an unexpected failure says", async () => {
    app.renders.eventsFail = new Error("secret");
    const text = await readText(await stream());
    expect(text).not.toContain("secret");
    expect(messagesOf(text)).toEqual([expect.objectContaining({ type: "error", code: "internal" })]);
  });
});

it("GET /render/queue and GET /health answer in their words", async () => {
  expect(await jsonOf(await fetch(`${app.url}/render/queue`))).toEqual({
    maxConcurrentRenders: 2,
    activeRenders: 2,
    queuedRenders: 3,
  });
  expect(await jsonOf(await fetch(`${app.url}/health`))).toMatchObject({
    status: "ok",
    uptime: expect.any(Number),
    timestamp: expect.any(String),
  });
});

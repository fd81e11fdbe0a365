import { createHash, randomBytes, randomUUID } from "node:crypto";
import { copyFile, mkdir, mkdtemp, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";

import pino from "pino";

import { createApp } from "../../src/app.ts";
import type { AppDeps } from "../../src/app-deps.ts";
import { startServer } from "../../src/http/server.ts";
import { createOutputTokens } from "../../src/hyperframes/token.ts";
import type { Intake } from "../../src/intake/port.ts";
import type { Snapshot } from "../../src/renders/port.ts";
import { FakeRenders } from "./fake-renders.ts";

const ATTEMPT = { at: new Date(0).toISOString(), status: 204, ms: 1, error: null };

type LogLine = Record<string, unknown>;

/** An intake that keeps what it was given in plain folders below `root`. */
function createIntake(root: string): Intake {
  const snapshot = async (source: Snapshot["source"], content: string): Promise<Snapshot> => {
    const dir = join(root, `snapshot-${randomUUID()}`);
    await mkdir(dir, { recursive: true });
    await writeFile(join(dir, "content"), content);
    const hash = createHash("sha256").update(content).digest("hex");
    return {
      source,
      dir,
      hash,
      files: 1,
      bytes: content.length,
      discard: () => rm(dir, { recursive: true, force: true }),
    };
  };
  return {
    async openScratch() {
      const dir = await mkdtemp(join(root, "upload-"));
      return { dir, remove: () => rm(dir, { recursive: true, force: true }) };
    },
    fromHtml: (html) => snapshot("html", html),
    fromFiles: (files) => snapshot("html", JSON.stringify(files)),
    fromDirectory: (dir) => snapshot("projectDir", dir),
    fromArchive: async (path) =>
      snapshot("archive", (await readFile(path)).subarray(0, 100).toString("latin1")),
  };
}

/** The API on a real port, on fakes that the test steers. */
export async function startApp(overrides: Partial<AppDeps> = {}) {
  const root = await mkdtemp(join(tmpdir(), "producer-http-"));
  const lines: LogLine[] = [];
  const log = pino(
    { level: "trace", base: null },
    { write: (line: string) => void lines.push(JSON.parse(line)) },
  );
  const renders = new FakeRenders();
  const deps: AppDeps = {
    log,
    renders,
    intake: createIntake(root),
    webhooks: {
      check: () => undefined,
      test: async () => ({ delivered: true, attempt: ATTEMPT }),
      list: async () => [],
    },
    fetchHtml: async (url) => `<p>${url}</p>`,
    apiKeys: [],
    linkSecret: "a secret of the tests",
    outputTokens: createOutputTokens(randomBytes(32)),
    copyArtifact: ({ key }, file) => copyFile(join(root, key), file),
    serveArtifact: async (request, { key, contentType }, { download }) => {
      const bytes = await readFile(join(root, key));
      return new Response(request.method === "HEAD" ? null : bytes, {
        headers: {
          "content-type": contentType,
          "content-length": String(bytes.length),
          "content-disposition": download ? "attachment" : "inline",
        },
      });
    },
    readHealth: () => ({
      status: "ok",
      uptime: 1,
      timestamp: new Date().toISOString(),
      thread: "main",
      mainLoop: { heartbeatAgeMs: 0, lagMs: 0, lastBegan: null },
    }),
    renderMetrics: async () => "# no metrics\n",
    declare: () => undefined,
    loopbackOnly: false,
    maxUploadBytes: 4 * 1024 * 1024,
    outputRoot: undefined,
    version: "0.0.0",
    ...overrides,
  };
  await writeFile(join(root, "artifact.mp4"), "video");
  renders.stored = {
    key: "artifact.mp4",
    bytes: 5,
    filename: "artifact.mp4",
    contentType: "video/mp4",
    sha256: "0".repeat(64),
  };
  const server = await startServer({ fetch: createApp(deps).fetch, host: "127.0.0.1", port: 0 });
  return {
    ...server,
    root,
    renders,
    lines,
    /** Folders that the intake has left. */
    leftovers: async () => (await readdir(root)).filter((name) => name !== "artifact.mp4"),
    async stop() {
      await server.close(100);
      await rm(root, { recursive: true, force: true });
    },
  };
}

export type TestApp = Awaited<ReturnType<typeof startApp>>;

/** Waits until something holds, for 5 s at most. */
export async function eventually(holds: () => boolean | Promise<boolean>, what: string): Promise<void> {
  for (const deadline = Date.now() + 5000; Date.now() < deadline; await sleep(10)) {
    if (await holds()) return;
  }
  throw new Error(`not within 5 s: ${what}`);
}

export function postJson(
  url: string,
  body: unknown,
  headers: Record<string, string> = {},
): Promise<Response> {
  return fetch(url, {
    method: "POST",
    headers: { "content-type": "application/json", ...headers },
    body: typeof body === "string" ? body : JSON.stringify(body),
    signal: AbortSignal.timeout(10_000),
  });
}

/** Reads a stream of server-sent events as text, until it ends or `until` is found. */
export async function readText(response: Response, until?: string): Promise<string> {
  const decoder = new TextDecoder();
  let text = "";
  const reader = response.body!.getReader();
  for (;;) {
    const { done, value } = await reader.read();
    if (done) return text;
    text += decoder.decode(value, { stream: true });
    if (until !== undefined && text.includes(until)) {
      await reader.cancel();
      return text;
    }
  }
}

export function messagesOf(text: string): Record<string, unknown>[] {
  return text
    .split("\n")
    .filter((line) => line.startsWith("data: "))
    .map((line) => JSON.parse(line.slice(6)) as Record<string, unknown>);
}

/** A JSON answer, taken for an object. */
export async function jsonOf(response: Response): Promise<Record<string, unknown>> {
  return (await response.json()) as Record<string, unknown>;
}

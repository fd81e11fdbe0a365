import { execFile } from "node:child_process";
import { readdir, stat } from "node:fs/promises";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";

import { HealthSchema } from "@framewright/contract";
import { afterAll, beforeAll, describe, expect, test } from "vitest";

import { BARCODES, readBarcodes } from "../frame-truth/barcodes.ts";
import { call, renderToFile } from "./api.ts";
import { decodeGrey } from "./decode.ts";
import { type Folder, openFolder } from "./machine.ts";
import { processTree, until } from "./process-tree.ts";
import { type ProducerProcess, startProducerProcess } from "./producer-process.ts";

const at = (path: string): string => fileURLToPath(new URL(`../../${path}`, import.meta.url));
const MAIN = at("dist/main.js");
const BUILD_TIMEOUT_MS = 60_000;
const TARGETS = ["main.js", "health-worker.js", "render-worker.js", "page-runtime.js"];

async function newest(dir: string): Promise<number> {
  const entries = await readdir(dir, { recursive: true });
  const times = await Promise.all(entries.map(async (entry) => (await stat(join(dir, entry))).mtimeMs));
  return Math.max(...times);
}

/** Whether the build is missing, or older than what it was made from. */
async function isStale(): Promise<boolean> {
  const built = await Promise.all(
    TARGETS.map((target) =>
      stat(at(`dist/${target}`)).then(
        ({ mtimeMs }) => mtimeMs,
        () => 0,
      ),
    ),
  );
  const sources = ["src", "../engine/src", "../pool/src", "../contract/src"];
  return Math.min(...built) < Math.max(...(await Promise.all(sources.map((source) => newest(at(source))))));
}

let folder: Folder;
let service: ProducerProcess;

beforeAll(async () => {
  if (await isStale()) {
    await promisify(execFile)(process.execPath, [at("build.ts")], { timeout: BUILD_TIMEOUT_MS });
  }
  folder = await openFolder();
  // With its own PostgreSQL, so that its migrations and that server's programs are found from the build.
  service = await startProducerProcess(MAIN, folder.dir, { DATABASE_URL: "" });
}, 2 * BUILD_TIMEOUT_MS);
afterAll(async () => {
  await service[Symbol.asyncDispose]();
  await folder[Symbol.asyncDispose]();
});

describe("the built service", () => {
  test("renders", async () => {
    const html = BARCODES["timers"]?.({ seconds: 0.5, frameMs: 1000 / 30, gsap: "" }) ?? "";
    const { render, file } = await renderToFile(service, { html }, folder.dir);
    expect(render.verdict?.passed).toBe(true);
    expect(readBarcodes(await decodeGrey(file))).toEqual(Array.from({ length: 15 }, (_, n) => n));
  });

  test("runs its own render workers, and nothing of the source tree", async () => {
    const commands = (await processTree(service.pid)).map(({ command }) => command);
    expect(commands.some((command) => /\/postgres -D /.test(command))).toBe(true);
    expect(commands.filter((command) => command.startsWith("framewright render-worker"))).toHaveLength(2);
    expect(commands.filter((command) => command.includes(".ts"))).toEqual([]);
  });

  test("answers on the health port from a thread of its own", async () => {
    const answer = await fetch(`${service.healthUrl}/health`, { signal: AbortSignal.timeout(5_000) });
    expect(HealthSchema.parse(await answer.json())).toMatchObject({ status: "ok", thread: "worker" });
    for (const path of ["/livez", "/readyz"]) {
      const probe = await fetch(`${service.healthUrl}${path}`, { signal: AbortSignal.timeout(5_000) });
      expect([path, probe.status]).toEqual([path, 200]);
    }
    const main: unknown = await (await call(service, "/health")).json();
    expect(main).toMatchObject({ status: "ok", thread: "main" });
  });

  test("serves its documentation with all that the page needs, from itself", async () => {
    const page = await call(service, "/docs");
    const html = await page.text();
    expect([page.status, page.headers.get("content-type")]).toEqual([
      200,
      expect.stringContaining("text/html"),
    ]);
    const assets = [...html.matchAll(/(?:src|href)="([^"]+)"/g)]
      .map(([, url]) => url ?? "")
      .filter((url) => !url.startsWith("data:"));
    expect(assets.length).toBeGreaterThan(1);
    for (const asset of assets) {
      const url = new URL(asset, `${service.url}/docs`);
      expect(url.origin).toBe(service.url);
      const answer = await call(service, url.pathname);
      expect([asset, answer.status]).toEqual([asset, 200]);
      expect((await answer.text()).length).toBeGreaterThan(0);
    }
    expect((await call(service, "/openapi.json")).status).toBe(200);
  });

  test("ends well at SIGTERM", async () => {
    const tree = await processTree(service.pid);
    expect(tree.length).toBeGreaterThan(0);
    expect(await service.end("SIGTERM")).toBe(0);
    const left = await until(
      () => processTree(service.pid),
      (found) => found.length === 0,
      5_000,
    );
    expect(left).toEqual([]);
    expect(await readdir(join(folder.dir, "scratch"))).toEqual([]);
    const last = JSON.parse(service.log().trim().split("\n").at(-1) ?? "{}") as unknown;
    expect(last).toMatchObject({ msg: "shut down", open: [] });
  });
});

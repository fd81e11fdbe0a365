import { existsSync } from "node:fs";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";

import { build } from "esbuild";
import { expect, onTestFinished, test } from "vitest";

import { workerEntry } from "../../src/worker-entry.ts";
import { fetchProbe, openHealth, portOf } from "./support.ts";

const source = (path: string): string => fileURLToPath(new URL(`../../src/${path}`, import.meta.url));

/** The bundle's layout: every entry beside the others, in one folder. */
async function bundle() {
  const outdir = await mkdtemp(join(tmpdir(), "framewright-health-"));
  onTestFinished(() => rm(outdir, { recursive: true, force: true }));
  const { metafile } = await build({
    entryPoints: [source("worker-entry.ts"), source("health/health-worker.ts")],
    entryNames: "[name]",
    outdir,
    bundle: true,
    format: "esm",
    platform: "node",
    metafile: true,
    logLevel: "error",
  });
  return { outdir, outputs: Object.entries(metafile.outputs) };
}

test("entries are found in the source tree", () => {
  expect(existsSync(workerEntry("health-worker"))).toBe(true);
  expect(workerEntry("render-worker").href).toMatch(/\/src\/render-worker\.ts$/);
});

test("entries are found beside the bundle, and the thread runs from there", async () => {
  const { outdir } = await bundle();
  const bundled = (await import(pathToFileURL(join(outdir, "worker-entry.js")).href)) as {
    workerEntry: typeof workerEntry;
  };
  const entry = bundled.workerEntry("health-worker");
  expect(fileURLToPath(entry)).toBe(join(outdir, "health-worker.js"));
  await using service = openHealth({ entry });
  expect((await fetchProbe(await portOf(service), "/readyz")).status).toBe(200);
});

test("the thread consists of its own folder and node's modules", async () => {
  const { outputs } = await bundle();
  const worker = outputs.find(([file]) => file.endsWith("health-worker.js"))?.[1];
  const own = Object.keys(worker?.inputs ?? {});
  const foreign = worker?.imports.map(({ path }) => path).filter((path) => !path.startsWith("node:"));
  expect(own.length).toBeGreaterThan(2);
  expect(own.filter((path) => !path.includes("src/health/"))).toEqual([]);
  expect(foreign).toEqual([]);
});

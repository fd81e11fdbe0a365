import { spawn } from "node:child_process";
import { once } from "node:events";
import { chmod, open, readdir, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";

import { expect, test, type TestContext } from "vitest";

import { expectRecovery } from "../../../pool/test/faults/recovery.ts";
import { call, post, submit, waitForRender } from "../e2e/api.ts";
import { scratchFiles } from "../e2e/leftovers.ts";
import { openFolder } from "../e2e/machine.ts";
import { layeredPage, page } from "../e2e/pages.ts";
import { processTree, stop, survivors, until } from "../e2e/process-tree.ts";
import { FROM_SOURCE, startProducerProcess } from "../e2e/producer-process.ts";
import { startTestProducer, testEnvironment } from "../e2e/producer.ts";
import { openTmpfs } from "./tmpfs.ts";

const MIB = 2 ** 20;
const LONG = { html: layeredPage(60) };

type Service = { readonly url: string };

async function startCapturing(service: Service): Promise<string> {
  const { id } = await submit(service, LONG);
  await waitForRender(service, id, ({ progress }) => progress.stage === "capture" && progress.framesDone > 5);
  return id;
}

/** Writes until the disk is full. */
async function fill(file: string): Promise<void> {
  const handle = await open(file, "w");
  try {
    for (let size = MIB; size >= 4096;) {
      const isWritten = await handle.write(Buffer.alloc(size)).then(
        ({ bytesWritten }) => bytesWritten === size,
        () => false,
      );
      if (!isWritten) size /= 2;
    }
  } finally {
    await handle.close();
  }
}

async function readiness(healthUrl: string): Promise<{ status: number; text: string }> {
  const answer = await fetch(`${healthUrl}/readyz`, { signal: AbortSignal.timeout(5_000) });
  return { status: answer.status, text: await answer.text() };
}

test("F39: the disk fills up in mid-chunk", { timeout: 60_000 }, async (context) => {
  await using disk = await openTmpfs(context, "size=96m");
  await using service = await startTestProducer({
    PRODUCER_DATA_DIR: disk.dir,
    PRODUCER_MIN_FREE_BYTES: String(8 * MIB),
  });
  const id = await startCapturing(service);
  const filler = join(disk.dir, "filler");
  const startedAt = performance.now();
  await fill(filler);
  const ready = await until(
    () => readiness(service.healthUrl),
    ({ status }) => status === 503,
    10_000,
  );
  expect(ready.text).toContain("disk-low");
  const render = await waitForRender(service, id);
  expect(render).toMatchObject({
    state: "failed",
    problem: { code: "disk-full", status: 507, retryable: true, owner: "system" },
  });
  expectRecovery(context, performance.now() - startedAt, 5_000);
  expect(render.warnings.map(({ code }) => code)).toEqual([]);
  await expect.poll(() => scratchFiles(disk.dir), { timeout: 5_000 }).toEqual([]);
  expect((await post(service, "/v1/renders", LONG)).status).toBe(507);
  await rm(filler);
  await until(
    () => readiness(service.healthUrl),
    ({ status }) => status === 200,
    10_000,
  );
  const next = await submit(service, { html: page() });
  expect(await waitForRender(service, next.id)).toMatchObject({ state: "succeeded" });
});

test("a full disk refuses a request, and leaves nothing of it", async (context) => {
  await using disk = await openTmpfs(context, "size=96m");
  await using service = await startTestProducer({ PRODUCER_DATA_DIR: disk.dir });
  await fill(join(disk.dir, "filler"));
  for (const path of ["/v1/renders", "/v1/plans"]) {
    const answer = await post(service, path, { html: layeredPage(1) + " ".repeat(MIB) });
    expect([answer.status, ((await answer.json()) as { code: string }).code]).toEqual([507, "disk-full"]);
  }
  expect(await scratchFiles(disk.dir)).toEqual([]);
});

/** Starts the service where it cannot write; gives its exit code, what it wrote, and how long it took. */
async function failToStart(
  dataDir: string,
  uid: number,
): Promise<{ code: unknown; text: string; ms: number }> {
  const environment = await testEnvironment(dataDir);
  const startedAt = performance.now();
  const child = spawn(process.execPath, [FROM_SOURCE], {
    cwd: "/",
    uid,
    env: { PATH: process.env["PATH"], ...environment, PRODUCER_LOG_LEVEL: "info" },
    stdio: ["ignore", "pipe", "pipe"],
    timeout: 20_000,
    killSignal: "SIGKILL",
  });
  let text = "";
  for (const stream of [child.stdout, child.stderr]) stream.on("data", (chunk) => (text += String(chunk)));
  const [code] = await once(child, "close");
  return { code, text, ms: performance.now() - startedAt };
}

async function expectRefusal(context: TestContext, dataDir: string, uid: number, why: string): Promise<void> {
  const { code, text, ms } = await failToStart(dataDir, uid);
  expect(text).toContain(`cannot be written (${why})`);
  expect(text).toContain("PRODUCER_DATA_DIR");
  expect(code).toBe(2);
  expectRecovery(context, ms, 2_000);
}

test("F40a: the data folder is on a file system that is read-only", async (context) => {
  await using disk = await openTmpfs(context, "ro");
  await expectRefusal(context, disk.dir, process.getuid?.() ?? 0, "EROFS");
});

test("F40b: the data folder belongs to somebody else", async (context) => {
  if (process.getuid?.() !== 0) context.skip("only root can start a process of another user");
  await using folder = await openFolder();
  await chmod(folder.dir, 0o755);
  await expectRefusal(context, folder.dir, 65_534, "EACCES");
});

test(
  "F45: what a killed service left, with a worker that is stopped and cannot notice",
  { timeout: 90_000 },
  async (context) => {
    await using folder = await openFolder();
    await using service = await startProducerProcess(FROM_SOURCE, folder.dir);
    const long = await startCapturing(service);
    const tree = await processTree(service.pid);
    const worker = tree.find(
      ({ command }) => command.includes("--user-data-dir=") && !command.includes("--type="),
    );
    if (!worker) throw new Error("no browser runs");
    await stop(worker.ppid);
    const group = tree.filter(({ pid, ppid }) => pid === worker.ppid || ppid === worker.ppid);
    expect(await service.end("SIGKILL")).toBe("SIGKILL");
    const [owner = ""] = await readdir(join(folder.dir, "scratch"));
    const incoming = join(folder.dir, "store", ".incoming");
    await writeFile(join(incoming, `${owner}-half`), "half an artifact");
    // The stopped worker, its browser and its encoder: nobody else ends them.
    expect((await survivors(group)).length).toBe(group.length);

    const startedAt = performance.now();
    await using next = await startProducerProcess(FROM_SOURCE, folder.dir);
    expect(
      await until(
        () => survivors(tree),
        (left) => left.length === 0,
        60_000,
      ),
    ).toEqual([]);
    expect(
      await until(
        () => readdir(incoming),
        (left) => left.length === 0,
        60_000,
      ),
    ).toEqual([]);
    expect(await readdir(join(folder.dir, "scratch"))).not.toContain(owner);
    expectRecovery(context, performance.now() - startedAt, 60_000);
    await call(next, `/v1/renders/${long}`, { method: "DELETE" });
    const { id } = await submit(next, { html: page() });
    expect(await waitForRender(next, id)).toMatchObject({ state: "succeeded" });
  },
);

test("a page that stores too much fails its render, with how much, and its files are gone", async () => {
  await using service = await startTestProducer({ PRODUCER_RENDER_SCRATCH_BYTES: String(60 * MIB) });
  const script = `const store = async () => {
      const cache = await caches.open("hoard");
      for (let n = 0; ; n++) {
        const bytes = new Uint8Array(4 * 2 ** 20);
        for (let at = 0; at < bytes.length; at += 65536) crypto.getRandomValues(bytes.subarray(at, at + 65536));
        await cache.put("/" + n, new Response(bytes));
      }
    };
    window.__hf = { duration: 1, seek() {}, ready: store() };`;
  const { id } = await submit(service, { html: page({ duration: null, script }) });
  const { state, problem } = await waitForRender(service, id);
  expect(state).toBe("failed");
  expect(problem).toMatchObject({ code: "scratch-too-large", owner: "composition", retryable: false });
  expect(problem?.detail).toMatch(/^It used \d+ bytes .* PRODUCER_RENDER_SCRATCH_BYTES allows 62914560\.$/);
  await expect.poll(() => scratchFiles(service.dataDir), { timeout: 5_000 }).toEqual([]);
  expect((await call(service, "/health")).status).toBe(200);
});

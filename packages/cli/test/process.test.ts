import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { mkdir, readdir } from "node:fs/promises";
import { join } from "node:path";

import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";

import type { FakeService } from "../../client/test/fake-service.ts";
import { startFakeRenders } from "./fake-renders.ts";
import { temporaryProject } from "./temporary-project.ts";

const MAIN = join(import.meta.dirname, "../src/main.ts");
const DEADLINE = { timeout: 15_000, interval: 50 };

let dir: string;
let remove: () => Promise<void>;
let service: FakeService;
let child: ChildProcess | undefined;
beforeEach(async () => {
  ({ dir, remove } = await temporaryProject({ "card/index.html": "<p>" }));
  await mkdir(join(dir, "tmp"));
});
afterEach(async () => {
  child?.kill("SIGKILL");
  await service.close();
  await remove();
});

function start(...flags: string[]): { text: () => string; exit: Promise<unknown> } {
  const args = ["render", "card", "-o", "card.mp4", "--server", service.url, ...flags];
  const env = { ...process.env, TMPDIR: join(dir, "tmp") };
  const started = spawn(process.execPath, [MAIN, ...args], { cwd: dir, env });
  child = started;
  let text = "";
  started.stdout.on("data", (part) => (text += String(part)));
  started.stderr.on("data", (part) => (text += String(part)));
  return { text: () => text, exit: once(started, "close", { signal: AbortSignal.timeout(20_000) }) };
}

describe("the framewright process", () => {
  it("renders, exits 0 and leaves only the video", async () => {
    service = await startFakeRenders();
    const { text, exit } = start();
    expect(await exit).toEqual([0, null]);
    expect(text()).toContain("✓ verified");
    expect((await readdir(dir)).sort()).toEqual(["card", "card.mp4", "tmp"]);
    expect(await readdir(join(dir, "tmp"))).toEqual([]);
  });

  it.each([
    ["SIGINT", 130],
    ["SIGTERM", 143],
  ] as const)("at %s cancels the render, exits %i and leaves nothing", async (signal, code) => {
    service = await startFakeRenders({ endless: true });
    const { text, exit } = start();
    await vi.waitFor(() => expect(text()).toContain("180/180"), DEADLINE);
    child?.kill(signal);
    expect(await exit).toEqual([code, null]);
    expect(service.received.map(({ method, path }) => `${method} ${path}`)).toContain(
      "DELETE /v1/renders/r1",
    );
    expect((await readdir(dir)).sort()).toEqual(["card", "tmp"]);
    expect(await readdir(join(dir, "tmp"))).toEqual([]);
  });

  it("ends at once at a second interrupt, though the service does not answer", async () => {
    service = await startFakeRenders({ endless: true, deaf: true });
    const { text, exit } = start();
    await vi.waitFor(() => expect(text()).toContain("180/180"), DEADLINE);
    child?.kill("SIGINT");
    await vi.waitFor(
      () => expect(service.received.some(({ method }) => method === "DELETE")).toBe(true),
      DEADLINE,
    );
    const interruptedAt = performance.now();
    child?.kill("SIGINT");
    expect(await exit).toEqual([130, null]);
    expect(performance.now() - interruptedAt).toBeLessThan(4000);
    expect(await readdir(join(dir, "tmp"))).toEqual([]);
  });

  it("renders on when nobody reads its progress any more", async () => {
    service = await startFakeRenders();
    const { exit } = start();
    child?.stderr?.destroy();
    expect(await exit).toEqual([0, null]);
    expect(await readdir(dir)).toContain("card.mp4");
  });

  it("cancels the render when nobody reads its output any more", async () => {
    service = await startFakeRenders({ endless: true });
    const { exit } = start("--json");
    child?.stdout?.destroy();
    expect(await exit).toEqual([143, null]);
    expect(service.received.some(({ method }) => method === "DELETE")).toBe(true);
  });
});

import { spawn } from "node:child_process";
import { once } from "node:events";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";

import pino from "pino";
import { expect, it, vi } from "vitest";

import { createShutdown } from "../../src/shutdown.ts";

type Line = { msg: string; step?: string; open?: string[] };

const FIXTURE = fileURLToPath(new URL("process.fixture.ts", import.meta.url));

/** Runs a process, sends it signals once it is ready, and waits for its end. */
async function endProcess(scenario: string, signals: readonly NodeJS.Signals[]) {
  const child = spawn(process.execPath, [FIXTURE, scenario], {
    stdio: ["ignore", "pipe", "inherit"],
    timeout: 20_000,
    killSignal: "SIGKILL",
  });
  const lines: Line[] = [];
  let signalledAt = 0;
  createInterface({ input: child.stdout }).on("line", (text) => {
    const line = JSON.parse(text) as Line;
    lines.push(line);
    if (line.msg === "ready") {
      signalledAt = performance.now();
      child.kill(signals[0]);
    }
    if (line.msg === "shutting down" && signals[1]) child.kill(signals[1]);
  });
  const [code, signal] = (await once(child, "close")) as [number | null, NodeJS.Signals | null];
  return { code, signal, lines, ms: performance.now() - signalledAt };
}

const steps = (lines: readonly Line[], msg: string) =>
  lines.filter((line) => line.msg === msg).map(({ step }) => step);

it.each(["SIGTERM", "SIGINT"] as const)("%s ends the process in order with 0", async (signal) => {
  const { code, lines } = await endProcess("fine", [signal]);
  expect(code).toBe(0);
  expect(steps(lines, "shutdown step done")).toEqual(["first", "middle", "last"]);
});

it.each(["throws", "rejects", "hangs"])(
  "a step that %s does not keep the next from running",
  async (scenario) => {
    const { code, lines, ms } = await endProcess(scenario, ["SIGTERM"]);
    expect(code).toBe(1);
    expect(steps(lines, "shutdown step done")).toEqual(["first", "last"]);
    expect(steps(lines, "shutdown step failed")).toEqual(["middle"]);
    expect(lines.at(-1)).toMatchObject({ msg: "shut down", open: ["middle"] });
    expect(ms).toBeLessThan(3000);
  },
);

it("the hard timer ends what overruns, and says what was open", async () => {
  const { code, lines, ms } = await endProcess("hangs-beyond", ["SIGTERM"]);
  expect(code).toBe(1);
  expect(lines.at(-1)).toMatchObject({ msg: "shutdown overran", open: ["middle", "last"] });
  expect(ms).toBeLessThan(8000);
});

it("a second signal ends the process at once", async () => {
  const { code, lines, ms } = await endProcess("hangs-beyond", ["SIGTERM", "SIGINT"]);
  expect(code).toBe(1);
  expect(lines.at(-1)?.msg).toContain("second signal");
  expect(ms).toBeLessThan(2500);
});

it("runs once, however often it is started, and tells a step that its time is up", async () => {
  const exit = vi.fn();
  const run = vi.fn(
    (signal: AbortSignal) =>
      new Promise<void>((resolve) => signal.addEventListener("abort", () => resolve())),
  );
  const shutdown = createShutdown({
    log: pino({ level: "silent" }),
    drainMs: 5000,
    steps: () => [{ name: "slow", timeoutMs: 50, run }],
    exit,
  });
  await Promise.all([shutdown.start("a"), shutdown.start("b")]);
  await shutdown.start("c");
  expect(run).toHaveBeenCalledTimes(1);
  expect(run.mock.calls[0]?.[0].aborted).toBe(true);
  expect(exit.mock.calls).toEqual([[1]]);
});

it("ends a start that is still going on before it asks what there is to end", async () => {
  const order: string[] = [];
  const step = (name: string) => ({ name, timeoutMs: 1000, run: () => void order.push(name) });
  const shutdown = createShutdown({
    log: pino({ level: "silent" }),
    drainMs: 5000,
    stopStarting: step("start"),
    steps: () => (order.includes("start") ? [step("started")] : []),
    exit: (code) => void order.push(`exit ${code}`),
  });
  await shutdown.start("early");
  expect(order).toEqual(["start", "started", "exit 0"]);
});

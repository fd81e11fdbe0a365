import { spawn } from "node:child_process";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";

import { describe, expect, it } from "vitest";

import { isGroupAlive } from "../src/index.ts";
import { count, errorOf, exits, fixture, inMs, openPool, readyChild, until } from "./harness.ts";

const soon = () => ({ deadline: inMs(20_000) });

describe("close", () => {
  it("refuses what waits, and lets what runs finish", async () => {
    const test = openPool("tasks");
    await readyChild(test);
    const running = test.pool.run({ do: "sleep", ms: 500 }, soon());
    const waiting = errorOf(test.pool.run({ do: "echo" }, soon()));
    const closed = test.pool.close();
    expect((await waiting).code).toBe("closed");
    expect((await errorOf(test.pool.run({ do: "echo" }, soon()))).code).toBe("closed");
    await expect(running).resolves.toBeDefined();
    await closed;
    expect(test.pool.close()).toBe(test.pool.close());
    expect(test.pool.snapshot()).toMatchObject({ children: [], launchable: false });
    expect(exits(test.events)).toMatchObject([{ reason: "closed", code: 0 }]);
  });

  it("fault 37: hung children that ignore SIGTERM do not hold it up", async () => {
    const test = openPool("tasks", { size: 2 });
    await readyChild(test);
    const running = [1, 2].map(() => errorOf(test.pool.run({ do: "hang-deaf" }, soon())));
    await until("both to run", 10_000, () => test.pool.snapshot().children.every((c) => c.state === "busy"));
    const pids = test.pool.snapshot().children.map((child) => child.pid!);
    const started = Date.now();
    await test.pool.close(inMs(2_000));
    expect(Date.now() - started).toBeLessThan(3_000);
    expect((await Promise.all(running)).map((error) => error.code)).toEqual(["closed", "closed"]);
    expect(await Promise.all(pids.map(isGroupAlive))).toEqual([false, false]);
  });

  it("fault 37: idle children that ignore everything do not hold it up", async () => {
    const test = openPool("ignores-close");
    const child = await readyChild(test);
    const started = Date.now();
    await test.pool.close();
    expect(Date.now() - started).toBeLessThan(5_000);
    expect(await isGroupAlive(child.pid!)).toBe(false);
  });

  it("ends children that are still starting, and starts no more", async () => {
    const test = openPool("hangs-at-import", { size: 2 });
    // Until a first child has worked, one is started at a time.
    const pids = test.pool.snapshot().children.map((child) => child.pid!);
    await test.pool.close();
    expect(await Promise.all(pids.map(isGroupAlive))).toEqual([false]);
    expect(exits(test.events)).toMatchObject([{ reason: "closed" }]);
    expect(count(test.events, "spawned")).toBe(1);
  });
});

it("fault 38: when the supervisor is killed, its children and theirs are gone", async () => {
  const supervisor = spawn(process.execPath, [fileURLToPath(fixture("supervisor"))], {
    stdio: ["ignore", "pipe", "inherit"],
    env: {},
  });
  const [line] = await firstLine(supervisor.stdout);
  const { pids } = JSON.parse(line) as { pids: number[] };
  expect(pids).toHaveLength(2);
  expect(await Promise.all(pids.map(isGroupAlive))).toEqual([true, true]);
  supervisor.kill("SIGKILL");
  const end = Date.now() + 3_000;
  let alive = pids;
  while (alive.length > 0 && Date.now() < end) {
    const checked = await Promise.all(alive.map(async (pid) => ({ pid, isAlive: await isGroupAlive(pid) })));
    alive = checked.filter((group) => group.isAlive).map((group) => group.pid);
  }
  for (const pid of alive) process.kill(-pid, "SIGKILL");
  expect(alive).toEqual([]);
});

async function firstLine(stream: NodeJS.ReadableStream): Promise<[string]> {
  const { promise, resolve, reject } = Promise.withResolvers<[string]>();
  const timer = setTimeout(() => reject(new Error("no line within 15 s")), 15_000);
  createInterface(stream).once("line", (line) => resolve([line]));
  return promise.finally(() => clearTimeout(timer));
}

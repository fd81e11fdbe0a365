import { PassThrough } from "node:stream";
import { setTimeout as sleep } from "node:timers/promises";

import { describe, expect, it } from "vitest";

import { createBackoff } from "../src/backoff.ts";
import { openChannel } from "../src/channel.ts";
import { type ChildExit, classifyExit } from "../src/child-exit.ts";
import { createLines } from "../src/lines.ts";
import { parseChildMessage, parsePoolMessage } from "../src/messages.ts";
import { type PoolOptions, withDefaults } from "../src/options.ts";
import { createStartGate } from "../src/start-gate.ts";
import { TaskQueue } from "../src/task-queue.ts";
import { within } from "../src/within.ts";

describe("backoff", () => {
  it("doubles from 0.2 s to 30 s, never shorter, and starts over after a reset", () => {
    const backoff = createBackoff(() => 0);
    const delays = Array.from({ length: 10 }, () => backoff.fail());
    expect(delays).toEqual([200, 400, 800, 1_600, 3_200, 6_400, 12_800, 25_600, 30_000, 30_000]);
    backoff.reset();
    expect(backoff.fail()).toBe(200);
    expect(createBackoff(() => 1).fail()).toBe(250);
  });
});

describe("start gate", () => {
  it("does not keep the others waiting once a child has proved itself", async () => {
    let failures = 0;
    const failed = Promise.withResolvers<void>();
    const retried = Promise.withResolvers<void>();
    const exit: ChildExit = {
      ...{ reason: "start-failed", from: "spawning", detail: undefined, code: 1, signal: null },
      ...{ stderrTail: "", tasksDone: 0, ageMs: 1 },
    };
    const gate = createStartGate({
      breakerFailures: 5,
      onRetry: () => (failures < 4 ? fail() : retried.resolve()),
      onEvent: () => undefined,
    });
    const fail = (): void => {
      failures += 1;
      gate.noteFailure(exit);
      if (failures === 4) failed.resolve();
    };
    fail();
    await failed.promise;
    // The next start would be 1.6 s away.
    gate.noteProof();
    const proved = performance.now();
    expect(gate.isWaiting).toBe(true);
    await retried.promise;
    expect(performance.now() - proved).toBeGreaterThanOrEqual(190);
    expect(performance.now() - proved).toBeLessThan(1_500);
    gate.close();
  });
});

describe("options", () => {
  it("are at their default when undefined, and no time is longer than a timer can be", () => {
    const given: PoolOptions = { entry: new URL("file:///x.ts"), size: 1, env: {}, startTimeoutMs: Infinity };
    Object.assign(given, { killGraceMs: undefined, onEvent: undefined });
    const options = withDefaults(given);
    expect(options).toMatchObject({ startTimeoutMs: 2 ** 31 - 1, killGraceMs: 2_000, maxAgeMs: Infinity });
    expect(options.onEvent).toBeTypeOf("function");
  });

  it("a wait without an end waits", async () => {
    expect(await within(sleep(50), Infinity)).toBe(true);
  });
});

describe("task queue", () => {
  it("gives work that is put back its old place", () => {
    const queue = new TaskQueue<{ id: number; priority: number }>();
    for (const id of [1, 2, 3]) queue.add({ id, priority: 0 });
    const first = queue.next();
    queue.add({ id: 4, priority: 1 });
    queue.add(first!);
    expect(queue.drain().map((work) => work.id)).toEqual([4, 1, 2, 3]);
    expect(queue.next()).toBeUndefined();
  });
});

describe("lines", () => {
  it("joins pieces, splits lines, and keeps only the start of a long one", () => {
    const seen: string[] = [];
    let cuts = 0;
    const lines = createLines(
      5,
      (line) => seen.push(line),
      () => (cuts += 1),
    );
    for (const text of ["ab", "c\n\nde\nlong", "er than that", "\nend"]) lines.push(text);
    expect(seen).toEqual(["abc", "", "de", "longe"]);
    expect(cuts).toBe(1);
    lines.end();
    expect(seen.at(-1)).toBe("end");
  });
});

describe("channel", () => {
  const listen = () => {
    const socket = new PassThrough();
    const messages: unknown[] = [];
    const faults: string[] = [];
    let ends = 0;
    openChannel(socket, "pool", {
      onMessage: (message) => messages.push(message),
      onFault: (what) => faults.push(what),
      onEnd: () => (ends += 1),
    });
    return { socket, messages, faults, ends: () => ends };
  };

  it("reads messages in pieces, and stops at the first line that is none", async () => {
    const { socket, messages, faults, ends } = listen();
    socket.write('{"a":');
    socket.write('1}\n{"b":2}\nnonsense\n{"c":3}\n');
    await sleep(20);
    expect(messages).toEqual([{ a: 1 }, { b: 2 }]);
    expect(faults).toHaveLength(1);
    expect(ends()).toBe(1);
  });

  it("does not gather a message without end", async () => {
    const { socket, faults } = listen();
    const piece = "x".repeat(1024 * 1024);
    for (let i = 0; i < 10 && !socket.destroyed; i += 1) {
      socket.write(piece);
      await sleep(5);
    }
    expect(faults).toEqual(["a message that is too long"]);
  });
});

describe("messages", () => {
  it("takes nothing that it does not know", () => {
    for (const wrong of [
      null,
      1,
      "ready",
      [],
      {},
      { type: "x" },
      { type: "done" },
      { type: "done", id: "1" },
    ]) {
      expect(parseChildMessage(wrong)).toBeUndefined();
      expect(parsePoolMessage(wrong)).toBeUndefined();
    }
    expect(parseChildMessage({ type: "done", id: 1, result: 2, extra: 3 })).toEqual({
      type: "done",
      id: 1,
      result: 2,
      retire: false,
    });
    expect(parsePoolMessage({ type: "task", id: 1, task: "t" })).toEqual({ type: "task", id: 1, task: "t" });
  });
});

describe("classifyExit", () => {
  const end = (code: number | null, signal: NodeJS.Signals | null = null, stderrTail = "") => ({
    code,
    signal,
    stderrTail,
  });

  it("takes the kernel's count for a SIGKILL, and without one the likelier cause", () => {
    for (const killed of [end(null, "SIGKILL"), end(137)]) {
      expect(classifyExit(killed, true)).toBe("oom");
      expect(classifyExit(killed, undefined)).toBe("oom");
      expect(classifyExit(killed, false)).toBe("crash");
    }
  });

  it("takes V8's word for a full heap", () => {
    const fullHeap = end(null, "SIGABRT", "FATAL ERROR: JavaScript heap out of memory");
    expect(classifyExit(fullHeap, false)).toBe("oom");
    expect(classifyExit(end(134, null, "assertion failed"), undefined)).toBe("crash");
    expect(classifyExit(end(1), undefined)).toBe("crash");
    expect(classifyExit(end(0), true)).toBe("crash");
  });
});

import { spawn } from "node:child_process";
import { readFileSync, writeSync } from "node:fs";
import { setTimeout as sleep } from "node:timers/promises";

import { CHANNEL_FD } from "../../src/channel.ts";
import { serveTasks, type TaskContext } from "../../src/child.ts";
import { type Order, START_FILE, type STARTS } from "./behaviour.ts";

/** So that a test run that is killed leaves nothing behind for long. */
const MAX_LIFE_MS = 60_000;
const EAGAIN = -11;

/** Blocks the event loop without using a core. */
function block(ms = MAX_LIFE_MS): void {
  Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, ms);
  process.exit(1);
}

function ignoreSigterm(): void {
  process.removeAllListeners("SIGTERM");
  process.on("SIGTERM", () => undefined);
}

const say = (message: object): void => write(CHANNEL_FD, `${JSON.stringify(message)}\n`);

/** A full pipe drops what would not fit: liars need no care. */
function write(fd: number, text: string): void {
  try {
    writeSync(fd, text);
  } catch (error) {
    if (!(error instanceof Error && "errno" in error && error.errno === EAGAIN)) throw error;
  }
}

/** Starts a process of this group that ignores SIGTERM. */
function leak(): void {
  spawn("/bin/sh", ["-c", "trap '' TERM; sleep 60"], { stdio: "ignore" }).unref();
}

async function repeat(ms: number, act: () => void): Promise<void> {
  for (const end = Date.now() + ms; Date.now() < end; await sleep(1)) act();
}

const hang = (): Promise<never> => new Promise(() => setInterval(() => undefined, 1_000));

async function hold(_order: Order, context: TaskContext): Promise<void> {
  context.progress("held");
  await sleep(MAX_LIFE_MS, undefined, { signal: context.signal });
}

const orders = {
  echo: ({ ms }: Order) => ms,
  work: ({ ms }: Order, { signal }: TaskContext) => sleep(ms, ms, { signal }),
  hold,
  throw: () => {
    throw new Error("failed as ordered");
  },
  retire: (_order: Order, context: TaskContext) => context.retire(),
  exit: async ({ ms }: Order) => {
    await sleep(ms);
    process.exit(7);
  },
  die: async ({ ms }: Order) => {
    await sleep(ms);
    process.kill(process.pid, "SIGKILL");
    return hang();
  },
  hang: () => {
    ignoreSigterm();
    return hang();
  },
  block: () => block(),
  stop: async ({ ms }: Order) => {
    await sleep(ms);
    process.kill(process.pid, "SIGSTOP");
  },
  leak,
  "leak-and-exit": () => {
    leak();
    process.exit(7);
  },
  /** Ends in good order when told to, unlike what it has started. */
  "leak-and-hold": (order: Order, context: TaskContext) => {
    leak();
    return hold(order, context);
  },
  "say-garbage": () => write(CHANNEL_FD, "{garbage\n"),
  "say-nonsense": () => say({ type: "nonsense", id: "none" }),
  "say-ready": () => say({ type: "ready" }),
  /** Answers for tasks that it does not have, and for its own before and after it is done. */
  "answer-all": async ({ ms }: Order) => {
    for (let id = 0; id < 60; id += 1) say({ type: id % 2 ? "failed" : "done", id, result: "a lie" });
    await sleep(ms);
  },
  "flood-progress": ({ ms }: Order, context: TaskContext) =>
    repeat(ms, () => context.progress("x".repeat(64 * 1024))),
  "flood-output": ({ ms }: Order) => repeat(ms, () => write(1, "x".repeat(64 * 1024))),
  "long-line": ({ ms }: Order) => repeat(ms, () => write(CHANNEL_FD, "x".repeat(1024 * 1024))),
};

const starts: Record<(typeof STARTS)[number], () => void> = {
  well: () =>
    serveTasks(async (task, context) => {
      // The tests send nothing else.
      const order = task as Order;
      return orders[order.do](order, context);
    }),
  exit: () => process.exit(3),
  block: () => block(),
  "block-deaf": () => {
    ignoreSigterm();
    block();
  },
  stop: () => {
    process.kill(process.pid, "SIGSTOP");
    process.exit(3);
  },
  lie: () => {
    say({ type: "pong" });
    block();
  },
  "leak-and-exit": () => {
    leak();
    process.exit(3);
  },
  "ready-and-exit": () => {
    say({ type: "ready" });
    process.exit(3);
  },
};

setTimeout(() => process.exit(1), MAX_LIFE_MS).unref();
starts[readFileSync(process.env[START_FILE] ?? "", "utf8") as (typeof STARTS)[number]]();

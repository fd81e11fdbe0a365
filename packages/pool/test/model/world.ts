import { randomUUID } from "node:crypto";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";

import { expect } from "vitest";

import { type Pool, PoolError, startPool, type TaskOptions } from "../../src/index.ts";
import { inMs } from "../harness.ts";
import { MARK, type Order, START_FILE, type STARTS } from "./behaviour.ts";
import { watchProcesses } from "./live-processes.ts";
import { inOwnTime, ownTime } from "./own-time.ts";

const SIZE = 2;
const KILL_GRACE_MS = 150;
/** From SIGKILL until everybody has heard of it, on a machine that is busy. */
const SLACK_MS = 3_000;
/** Well under the start timeout: a child that ended while it started is noticed by its exit. */
const NOTICE_TIMEOUT_MS = 1_000;
const START_TIMEOUT_MS = 3_000;
const RECOVERY_TIMEOUT_MS = 30_000;

interface TrackedRun {
  readonly order: Order;
  /** When it must have settled, in our own time. */
  readonly dueMs: number;
  readonly controller: AbortController;
  /** What it rejected with, or undefined while it is pending. */
  outcome: unknown;
}

/** What befalls one of the processes when all is quiet. */
export interface Blow {
  readonly choice: number;
  readonly signal: "SIGCONT" | "SIGSTOP" | "SIGKILL";
}

/** A pool whose children misbehave, everything that was asked of it, and what must hold whatever happens. */
export class World {
  readonly pool: Pool;
  readonly #folder = mkdtempSync(join(tmpdir(), "pool-model-"));
  readonly #startFile = join(this.#folder, "start");
  readonly #mark = randomUUID();
  readonly #live = watchProcesses(this.#mark);
  readonly #runs: TrackedRun[] = [];
  #closed: Promise<void> | undefined;

  constructor(compileCache: string) {
    this.setStart("well");
    this.pool = startPool({
      entry: new URL("./child.fixture.ts", import.meta.url),
      size: SIZE,
      env: { [MARK]: this.#mark, [START_FILE]: this.#startFile, NODE_COMPILE_CACHE: compileCache },
      startTimeoutMs: START_TIMEOUT_MS,
      nice: 0,
      pingIntervalMs: 300,
      pingTimeoutMs: 1_200,
      killGraceMs: KILL_GRACE_MS,
      cancelGraceMs: 100,
      acquireTimeoutMs: 800,
      steadyAfterMs: 100,
    });
  }

  setStart(start: (typeof STARTS)[number]): void {
    writeFileSync(this.#startFile, start);
  }

  run(
    order: Order,
    { deadlineMs, ...options }: Omit<TaskOptions, "deadline"> & { deadlineMs: number },
  ): void {
    const deadline = inMs(deadlineMs);
    const dueMs = ownTime() + deadlineMs + KILL_GRACE_MS + SLACK_MS;
    const run: TrackedRun = { order, dueMs, controller: new AbortController(), outcome: undefined };
    this.#runs.push(run);
    this.pool.run(order, { ...options, deadline, signal: run.controller.signal }).then(
      () => (run.outcome = "done"),
      (error: unknown) => (run.outcome = error),
    );
  }

  /** Aborts one of the tasks that have not settled. */
  abort(choice: number): void {
    const pending = this.#pending();
    pending[choice % Math.max(pending.length, 1)]?.controller.abort();
  }

  /** Sends a signal to one of the processes that live. */
  signal(choice: number, signal: NodeJS.Signals): void {
    const live = this.#live();
    const target = live[choice % Math.max(live.length, 1)];
    if (target) kill(target.pid, signal);
  }

  close(timeoutMs: number): void {
    if (this.#closed) return;
    this.#closed = this.#proveClose(timeoutMs);
    // It is awaited in the end.
    this.#closed.catch(() => undefined);
  }

  async #proveClose(timeoutMs: number): Promise<void> {
    let isClosed = false;
    void this.pool.close(inMs(timeoutMs)).then(() => (isClosed = true));
    await inOwnTime("close() to settle", timeoutMs + KILL_GRACE_MS + SLACK_MS, () => isClosed);
  }

  /** What must hold at any time. */
  async check(): Promise<void> {
    const groups = new Set(this.#live().map((live) => live.pgid));
    const { children, queued } = this.pool.snapshot();
    const known = new Set(children.map((child) => child.pid));
    const pending = this.#pending();
    expect(groups.size, "live groups").toBeLessThanOrEqual(SIZE);
    expect(children.length, "children").toBeLessThanOrEqual(SIZE);
    expect(
      [...groups].filter((pgid) => !known.has(pgid)),
      "live groups without a place",
    ).toEqual([]);
    expect(children.filter((child) => child.state === "busy").length, "leases").toBeLessThanOrEqual(
      pending.length,
    );
    expect(queued, "waiting tasks").toBeLessThanOrEqual(pending.length);
    expect(
      pending.filter((run) => run.dueMs < ownTime()),
      "overdue tasks",
    ).toEqual([]);
    const outcomes = this.#runs.map((run) => run.outcome).filter((outcome) => outcome instanceof Error);
    expect(
      outcomes.filter((error) => !(error instanceof PoolError)),
      "untyped errors",
    ).toEqual([]);
    await this.#checkGhosts(children.flatMap(({ id, pid }) => (groups.has(pid ?? 0) ? [] : [id])));
  }

  /** A place whose process group has gone is soon given up. */
  async #checkGhosts(ids: readonly number[]): Promise<void> {
    if (ids.length === 0) return;
    const isGhost = ({ id, state }: { id: number; state: string }) => ids.includes(id) && state !== "dying";
    await inOwnTime(
      "the end of a child to be noticed",
      NOTICE_TIMEOUT_MS,
      () => !this.pool.snapshot().children.some(isGhost),
    );
  }

  /** What must hold in the end: the pool still has all its places, whatever befalls an idle child, and closes without a trace. */
  async finish(blow: Blow): Promise<void> {
    this.setStart("well");
    if (!this.#closed) {
      await this.#rest();
      this.signal(blow.choice, blow.signal);
      await this.#proveCapacity();
    }
    this.close(0);
    await this.#closed;
    expect(this.#live(), "what outlives close()").toEqual([]);
    await this.#settle();
    await this.check();
    await inOwnTime(
      "no child to be listed",
      NOTICE_TIMEOUT_MS,
      () => this.pool.snapshot().children.length === 0,
    );
  }

  /** Until nothing is asked of the pool any more, and a child is idle. */
  async #rest(): Promise<void> {
    await this.#settle();
    const isIdle = (): boolean => this.pool.snapshot().children.some(({ state }) => state === "ready");
    await inOwnTime("an idle child", RECOVERY_TIMEOUT_MS, isIdle);
  }

  async #settle(): Promise<void> {
    const lastMs = Math.max(0, ...this.#pending().map((run) => run.dueMs - ownTime()));
    await inOwnTime("every task to settle", lastMs, () => this.#pending().length === 0);
  }

  /** Ends what a violation has left behind. */
  async release(): Promise<void> {
    await this.pool.close(Date.now());
    for (const { pid } of this.#live()) kill(pid, "SIGKILL");
    rmSync(this.#folder, { recursive: true });
  }

  /** As many tasks as there are places run at the same time. */
  async #proveCapacity(): Promise<void> {
    for (const end = inMs(RECOVERY_TIMEOUT_MS); !(await this.#holdAll()); await sleep(50)) {
      await this.check();
      expect(Date.now(), "a time at which every place can be taken").toBeLessThan(end);
    }
  }

  async #holdAll(): Promise<boolean> {
    const controller = new AbortController();
    const { signal } = controller;
    // Beyond the time that they have: what is found silent is found by its silence.
    const deadline = inMs(2 * RECOVERY_TIMEOUT_MS);
    let held = 0;
    let isLost = false;
    const onProgress = (): void => void (held += 1);
    const holding = Array.from({ length: SIZE }, () =>
      this.pool.run({ do: "hold", ms: 0 }, { deadline, signal, onProgress }).catch(() => (isLost = true)),
    );
    await inOwnTime("all places to be taken", RECOVERY_TIMEOUT_MS, () => isLost || held === SIZE);
    const isHeld = !isLost;
    controller.abort();
    await Promise.all(holding);
    return isHeld;
  }

  #pending(): TrackedRun[] {
    return this.#runs.filter((run) => run.outcome === undefined);
  }
}

function kill(pid: number, signal: NodeJS.Signals): void {
  try {
    process.kill(pid, signal);
  } catch {
    // It has just ended by itself.
  }
}

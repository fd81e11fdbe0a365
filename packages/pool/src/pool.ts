import type { BreakerSnapshot } from "./breaker.ts";
import type { ChildExit, ChildState } from "./child-exit.ts";
import type { ChildObserver } from "./child-observer.ts";
import { type ChildWatch, startChildWatch } from "./child-watch.ts";
import { Job, type JobOwner } from "./job.ts";
import { notify } from "./notify.ts";
import { type PoolEvent, type PoolOptions, type TaskOptions, withDefaults } from "./options.ts";
import { poolError, unavailableError } from "./pool-error.ts";
import { createStartGate, type StartGate } from "./start-gate.ts";
import { type ChildSnapshot, SupervisedChild } from "./supervised-child.ts";
import { TaskQueue } from "./task-queue.ts";
import { within } from "./within.ts";

const CLOSE_TIMEOUT_MS = 25_000;
/** From SIGKILL until a group is gone; only one that hangs in the kernel takes longer. */
const GONE_TIMEOUT_MS = 500;
/** Better late than with a child that is not known to be gone. */
const CLOSE_SLACK_MS = 1_500;
/** A child that died unasked may be missing for this long before the pool counts as unable to take work; one that was recycled, for as long as a start may take. */
const REPLACE_TIMEOUT_MS = 5_000;

export interface PoolSnapshot {
  readonly size: number;
  readonly launchable: boolean;
  /** Tasks that wait for a child. */
  readonly queued: number;
  /** Failed starts in a row. */
  readonly failures: number;
  readonly breaker: BreakerSnapshot;
  /** What the processes of all children hold; undefined elsewhere than on Linux. */
  readonly memoryBytes: number | undefined;
  /** Every child whose process group is not known to be gone. */
  readonly children: readonly ChildSnapshot[];
  /** How the last start failed; undefined once a child has proved itself. */
  readonly lastFailure: ChildExit | undefined;
  readonly lastExit: (ChildExit & { readonly childId: number; readonly at: number }) | undefined;
}

export interface Pool {
  /** Runs a task in a child, as JSON both ways. Always settles; rejects with a PoolError. */
  run(task: unknown, options: TaskOptions): Promise<unknown>;
  snapshot(): PoolSnapshot;
  /**
   * Refuses what waits, lets running tasks finish, and kills what is left in time to be done by `deadline`
   * (milliseconds since the epoch; default: 25 s from now), on a slow machine up to 1.5 s later. Idempotent; never
   * rejects.
   */
  close(deadline?: number): Promise<void>;
  /** Whether a task given now can be expected to start once a child is free. */
  readonly launchable: boolean;
}

/** Starts `size` children and keeps as many. Returns at once: a child that cannot start is retried for ever. */
export function startPool(options: PoolOptions): Pool {
  const pool = new ChildPool(options);
  pool.replenish();
  return pool;
}

class ChildPool implements Pool {
  readonly #options: Required<PoolOptions>;
  readonly #children = new Set<SupervisedChild>();
  /** Children that have been ready for a while or have done a task. */
  readonly #proven = new WeakSet<SupervisedChild>();
  readonly #queue = new TaskQueue<Job>();
  readonly #gate: StartGate;
  readonly #watch: ChildWatch;
  #closing: Promise<void> | undefined;
  #lastId = 0;
  #wasReady = false;
  #outageSince: number | undefined = performance.now();
  #lastExit: PoolSnapshot["lastExit"];

  constructor(options: PoolOptions) {
    this.#options = withDefaults(options);
    const { breakerFailures, watchIntervalMs } = this.#options;
    this.#gate = createStartGate({
      breakerFailures,
      onRetry: () => this.replenish(),
      onEvent: (event) => this.#emit(event),
    });
    this.#watch = startChildWatch(this.#children, watchIntervalMs, this.#options);
  }

  get launchable(): boolean {
    if (this.#closing) return false;
    if (this.#isBroken()) return this.#isServing((child) => this.#proven.has(child));
    return this.#isReplacing() || this.#outageMs() === 0;
  }

  run(task: unknown, options: TaskOptions): Promise<unknown> {
    const refusal = this.#refusal(options);
    if (refusal) return Promise.reject(poolError(refusal, options.signal?.reason));
    if (this.#isBroken() && !this.#isServing()) {
      return Promise.reject(unavailableError(this.#gate.lastFailure));
    }
    const { cancelGraceMs, killGraceMs, acquireTimeoutMs } = this.#options;
    const id = this.#nextId();
    const job = new Job(
      { ...options, id, task, cancelGraceMs, killGraceMs, acquireTimeoutMs },
      this.#jobOwner,
    );
    this.#queue.add(job);
    this.#dispatch();
    return job.result;
  }

  #refusal({ signal, deadline }: TaskOptions): "closed" | "cancelled" | "deadline" | undefined {
    if (this.#closing) return "closed";
    if (signal?.aborted) return "cancelled";
    return deadline > Date.now() ? undefined : "deadline";
  }

  snapshot(): PoolSnapshot {
    const children = [...this.#children].map((child) => child.snapshot());
    return {
      size: this.#options.size,
      launchable: this.launchable,
      queued: this.#queue.size,
      failures: this.#gate.failures,
      breaker: this.#gate.breaker,
      memoryBytes: process.platform === "linux" ? sumMemory(children) : undefined,
      children,
      lastExit: this.#lastExit,
      lastFailure: this.#gate.lastFailure,
    };
  }

  close(deadline = Date.now() + CLOSE_TIMEOUT_MS): Promise<void> {
    this.#closing ??= this.#close(deadline);
    return this.#closing;
  }

  async #close(deadline: number): Promise<void> {
    // Whoever is told of the end of a task or a child below finds the pool closing already.
    await Promise.resolve();
    this.#gate.close();
    this.#watch.close();
    for (const job of this.#queue.drain()) job.stop("closed");
    const children = [...this.#children];
    const allDead = Promise.all(children.map((child) => child.dead));
    for (const child of children) child.drain("closed");
    const deathMs = this.#options.killGraceMs + GONE_TIMEOUT_MS;
    if (await within(allDead, Math.max(deadline - Date.now() - deathMs, 0))) return;
    for (const child of children) child.kill("closed");
    await within(allDead, deathMs + CLOSE_SLACK_MS);
  }

  /** Starts what is missing. Until the first has worked, and after a failure, one start at a time has to. */
  replenish(): void {
    while (this.#canStart()) {
      const child = new SupervisedChild(this.#nextId(), this.#options, this.#observer);
      this.#children.add(child);
      this.#gate.noteStart();
      child.start();
      this.#emit({ type: "spawned", childId: child.id, pid: child.pid });
    }
  }

  #canStart(): boolean {
    if (this.#closing || this.#gate.isWaiting || this.#children.size >= this.#options.size) return false;
    const isTrusted = this.#wasReady && this.#gate.failures === 0;
    return isTrusted || !this.#hasChildIn("spawning");
  }

  #dispatch(): void {
    for (const child of this.#children) {
      while (child.state === "ready") {
        const job = this.#queue.next();
        if (job === undefined) return;
        if (!job.runOn(child)) this.#queue.add(job);
      }
    }
  }

  readonly #jobOwner: JobOwner = {
    outageMs: () => this.#outageMs(),
    lastFailure: () => this.#gate.lastFailure,
    onStarted: (job, child) =>
      this.#emit({ type: "task-started", taskId: job.id, childId: child.id, waitedMs: job.ageMs }),
    onReturned: (job) => {
      if (this.#closing) return job.stop("closed");
      this.#queue.add(job);
      this.#dispatch();
      this.#giveBack();
    },
    onSettled: (job, outcome) => {
      this.#queue.remove(job);
      this.#emit({ type: "task-settled", taskId: job.id, outcome, totalMs: job.ageMs });
    },
  };

  readonly #observer: ChildObserver = {
    onReady: (child) => {
      this.#wasReady = true;
      this.#outageSince = undefined;
      this.#emit({ type: "ready", childId: child.id, startMs: Date.now() - child.startedAt });
      setTimeout(() => this.#proveSteady(child), this.#options.steadyAfterMs).unref();
      this.#dispatch();
      this.replenish();
    },
    onTaskDone: (child) => this.#watch.lookAt(child),
    onFree: (child) => {
      this.#prove(child);
      this.#dispatch();
    },
    onDying: () => {
      if (this.#isServing()) return;
      this.#outageSince ??= performance.now();
      this.#giveBack();
    },
    onDead: (child, exit) => this.#onDead(child, exit),
    onOutput: (child, line) => notify(this.#options.onOutput, line, child.id),
  };

  #onDead(child: SupervisedChild, exit: ChildExit): void {
    this.#children.delete(child);
    this.#lastExit = { ...exit, childId: child.id, at: Date.now() };
    this.#emit({ type: "exit", childId: child.id, exit });
    if (this.#closing) return;
    // A child that ends while it runs a task says nothing about whether children can be started.
    if (exit.from !== "busy" && !this.#proven.has(child)) {
      this.#gate.noteFailure(exit);
      this.#giveBack();
    }
    this.replenish();
  }

  #proveSteady(child: SupervisedChild): void {
    if (child.state !== "dying") this.#prove(child);
  }

  /** Only a child's first proof tells of starting: others may fail to start while it goes on. */
  #prove(child: SupervisedChild): void {
    if (!this.#children.has(child) || this.#proven.has(child)) return;
    this.#proven.add(child);
    this.#gate.noteProof();
  }

  /** With the breaker open, a task waits for nothing but a child that is still there. */
  #giveBack(): void {
    if (!this.#isBroken() || this.#isServing()) return;
    for (const job of this.#queue.drain()) job.stop("unavailable");
  }

  #isBroken(): boolean {
    return this.#gate.breaker.state !== "closed";
  }

  #isServing(isMeant: (child: SupervisedChild) => boolean = () => true): boolean {
    const states: readonly ChildState[] = ["ready", "busy", "draining"];
    return [...this.#children].some((child) => states.includes(child.state) && isMeant(child));
  }

  #outageMs(): number {
    return this.#outageSince === undefined ? 0 : performance.now() - this.#outageSince;
  }

  #isReplacing(): boolean {
    const wasRecycled = this.#lastExit?.reason === "recycle";
    const timeoutMs = wasRecycled ? this.#options.startTimeoutMs : REPLACE_TIMEOUT_MS;
    return this.#wasReady && this.#gate.failures === 0 && this.#outageMs() < timeoutMs;
  }

  #hasChildIn(state: ChildState): boolean {
    return [...this.#children].some((child) => child.state === state);
  }

  #nextId(): number {
    this.#lastId += 1;
    return this.#lastId;
  }

  #emit(event: PoolEvent): void {
    notify(this.#options.onEvent, event);
  }
}

function sumMemory(children: readonly ChildSnapshot[]): number {
  return children.reduce((sum, { memoryBytes = 0 }) => sum + memoryBytes, 0);
}

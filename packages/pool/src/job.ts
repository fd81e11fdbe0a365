import type { ChildExit } from "./child-exit.ts";
import type { TaskAnswer } from "./messages.ts";
import { notify } from "./notify.ts";
import type { TaskOptions } from "./options.ts";
import {
  PoolError,
  poolError,
  type PoolErrorCode,
  unavailableError,
  type UnansweredCode,
} from "./pool-error.ts";
import type { SupervisedChild } from "./supervised-child.ts";
import { MAX_TIMER_MS } from "./timer-limit.ts";
import { within } from "./within.ts";

/** A child that keeps dying when it is handed work is lost, even if it never said that it took the work. */
const MAX_DISPATCHES = 3;
/** On top of the grace: a child whose death takes longer no longer holds up its task's caller. */
const DEATH_TIMEOUT_MS = 5_000;

export interface JobOptions extends TaskOptions {
  readonly id: number;
  readonly task: unknown;
  readonly cancelGraceMs: number;
  readonly killGraceMs: number;
  readonly acquireTimeoutMs: number;
}

/** What a job needs of the pool. */
export interface JobOwner {
  /** How long no child has been able to take work, in milliseconds; 0 while one is. */
  outageMs(): number;
  /** How the last start failed, if nothing has started since. */
  lastFailure(): ChildExit | undefined;
  onStarted(job: Job, child: SupervisedChild): void;
  /** The child died before it took the task. */
  onReturned(job: Job): void;
  onSettled(job: Job, outcome: "done" | PoolErrorCode): void;
}

/** One call of `run`, from its arrival until it settles, through as many children as it takes. */
export class Job {
  readonly id: number;
  readonly priority: number;
  readonly #queuedAt = performance.now();
  readonly #options: JobOptions;
  readonly #owner: JobOwner;
  readonly #result = Promise.withResolvers<unknown>();
  readonly #deadlineTimer: NodeJS.Timeout;
  readonly #onAbort = (): void => this.stop("cancelled");
  #acquireTimer: NodeJS.Timeout | undefined;
  #stallTimer: NodeJS.Timeout | undefined;
  #cancelTimer: NodeJS.Timeout | undefined;
  #child: SupervisedChild | undefined;
  #dispatches = 0;
  #hasStarted = false;
  #isSettled = false;
  /** Why the task ends, while its child does not know yet. */
  #verdict: PoolError | undefined;

  constructor(options: JobOptions, owner: JobOwner) {
    this.id = options.id;
    this.priority = options.priority ?? 0;
    this.#options = options;
    this.#owner = owner;
    const leftMs = Math.min(Math.max(options.deadline - Date.now(), 0), MAX_TIMER_MS);
    this.#deadlineTimer = setTimeout(() => this.stop("deadline"), leftMs);
    options.signal?.addEventListener("abort", this.#onAbort, { once: true });
    this.#awaitChild(options.acquireTimeoutMs);
  }

  get result(): Promise<unknown> {
    return this.#result.promise;
  }

  get ageMs(): number {
    return performance.now() - this.#queuedAt;
  }

  /** Gives the task to a child; false when the child cannot take it after all. */
  runOn(child: SupervisedChild): boolean {
    if (!this.#assignTo(child)) return false;
    if (this.#isSettled) return true;
    this.#dispatches += 1;
    clearTimeout(this.#acquireTimer);
    const { stallTimeoutMs } = this.#options;
    if (stallTimeoutMs !== undefined) {
      this.#stallTimer = setTimeout(() => this.#onStall(child), Math.min(stallTimeoutMs, MAX_TIMER_MS));
    }
    return true;
  }

  /** Ends the task: at once while it waits, else as soon as its child is free or dead. */
  stop(code: UnansweredCode): void {
    if (this.#isSettled || this.#verdict) return;
    this.#verdict =
      code === "unavailable"
        ? unavailableError(this.#owner.lastFailure())
        : poolError(code, this.#options.signal?.reason);
    const child = this.#child;
    if (child === undefined) return this.#reject(this.#verdict);
    if (code === "deadline" || code === "stalled") return void this.#killChild(child, code, this.#verdict);
    child.cancel(this.id);
    const verdict = this.#verdict;
    const { cancelGraceMs, deadline } = this.#options;
    // No grace goes beyond the deadline.
    const graceMs = Math.max(0, Math.min(cancelGraceMs, deadline - Date.now()));
    this.#cancelTimer = setTimeout(() => void this.#killChild(child, "cancelled", verdict), graceMs);
  }

  #assignTo(child: SupervisedChild): boolean {
    try {
      const isTaken = child.assign({
        id: this.id,
        task: this.#options.task,
        onStarted: () => this.#onStarted(child),
        onProgress: (progress) => this.#onProgress(progress),
        onAnswer: (answer) => this.#onAnswer(child, answer),
        onLost: (exit) => this.#onLost(exit),
      });
      if (isTaken) this.#child = child;
      return isTaken;
    } catch (cause) {
      this.#reject(new PoolError("task-failed", "The task cannot be sent to a child.", { cause }));
      return true;
    }
  }

  async #killChild(
    child: SupervisedChild,
    reason: "deadline" | "stalled" | "cancelled",
    verdict: PoolError,
  ): Promise<void> {
    child.kill(reason);
    await this.#rejectOnceDead(child, verdict);
  }

  async #rejectOnceDead(child: SupervisedChild, verdict: PoolError): Promise<void> {
    await within(child.dead, this.#options.killGraceMs + DEATH_TIMEOUT_MS);
    this.#reject(verdict);
  }

  /** An outage that began while other children were busy counts from its own start. */
  #awaitChild(checkAfterMs: number): void {
    this.#acquireTimer = setTimeout(() => {
      const leftMs = this.#options.acquireTimeoutMs - this.#owner.outageMs();
      if (leftMs <= 0) this.stop("unavailable");
      else this.#awaitChild(leftMs);
    }, checkAfterMs);
  }

  #onStarted(child: SupervisedChild): void {
    this.#hasStarted = true;
    this.#owner.onStarted(this, child);
    notify(this.#options.onStarted);
  }

  #onStall(child: SupervisedChild): void {
    // A dying child is silent for its own reason, and the task settles by that.
    if (child.state !== "dying") this.stop("stalled");
  }

  #onProgress(progress: unknown): void {
    this.#stallTimer?.refresh();
    if (!this.#verdict) notify(this.#options.onProgress, progress);
  }

  #onAnswer(child: SupervisedChild, answer: TaskAnswer): void {
    if (this.#verdict) {
      // A cancelled task is over once its child is free; a dying child first has to be dead.
      if (child.state === "dying") void this.#rejectOnceDead(child, this.#verdict);
      else this.#reject(this.#verdict);
      return;
    }
    if (answer.type === "done") this.#resolve(answer.result);
    else this.#reject(new PoolError("task-failed", "The task failed.", { payload: answer.error }));
  }

  #onLost(exit: ChildExit): void {
    if (this.#verdict) return this.#reject(this.#verdict);
    if (exit.reason === "closed") return this.#reject(poolError("closed"));
    if (this.#hasStarted || this.#dispatches >= MAX_DISPATCHES) {
      const message = `The child process that ran the task was lost (${exit.reason}).`;
      return this.#reject(new PoolError("worker-lost", message, { exit }));
    }
    this.#child = undefined;
    clearTimeout(this.#stallTimer);
    this.#awaitChild(this.#options.acquireTimeoutMs);
    this.#owner.onReturned(this);
  }

  #resolve(result: unknown): void {
    this.#settle("done");
    this.#result.resolve(result);
  }

  #reject(error: PoolError): void {
    this.#settle(error.code);
    this.#result.reject(error);
  }

  #settle(outcome: "done" | PoolErrorCode): void {
    if (this.#isSettled) return;
    this.#isSettled = true;
    clearTimeout(this.#deadlineTimer);
    clearTimeout(this.#acquireTimer);
    clearTimeout(this.#stallTimer);
    clearTimeout(this.#cancelTimer);
    this.#options.signal?.removeEventListener("abort", this.#onAbort);
    this.#owner.onSettled(this, outcome);
  }
}

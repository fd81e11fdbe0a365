import { Socket } from "node:net";

import { type Channel, CHANNEL_FD, openChannel } from "./channel.ts";
import { parsePoolMessage, type PoolMessage, type TaskAnswer } from "./messages.ts";
import { within } from "./within.ts";

/** Less than the pool's default time between SIGTERM and SIGKILL. */
const LEAVE_TIMEOUT_MS = 1_500;

export interface TaskContext {
  /** Aborts when the task is cancelled or the child has to leave. */
  readonly signal: AbortSignal;
  /** Reports progress, as JSON, and so proves that the task is alive. */
  progress(progress: unknown): void;
  /** Asks for this child to be replaced once the task has settled. */
  retire(): void;
}

export type RunTask = (task: unknown, context: TaskContext) => Promise<unknown>;

export interface ServeOptions {
  /** The form, as JSON, in which a task's error is sent. (Default: its name and message.) */
  readonly toWire?: (error: unknown) => unknown;
  /** Called before the child leaves in good order; it has 1.5 s, together with the task that was aborted. */
  readonly onClose?: () => Promise<void> | void;
  /** Called when the pool's process has gone, right before this process group is killed. */
  readonly onDisconnect?: () => void;
}

/**
 * Makes this process a child of a pool: reports that it is ready and runs tasks, one at a time, until told to leave.
 * Call it once, when everything that the tasks need has been loaded. Throws when the process has no pool.
 */
export function serveTasks(run: RunTask, options: ServeOptions = {}): void {
  new TaskServer(run, options).start();
}

interface CurrentTask {
  readonly id: number;
  readonly controller: AbortController;
}

class TaskServer {
  readonly #run: RunTask;
  readonly #options: ServeOptions;
  readonly #channel: Channel;
  #current: CurrentTask | undefined;
  #settled = Promise.resolve();
  #isLeaving = false;

  constructor(run: RunTask, options: ServeOptions) {
    this.#run = run;
    this.#options = options;
    this.#channel = openChannel(new Socket({ fd: CHANNEL_FD }), "child", {
      onMessage: (value) => this.#onMessage(value),
      onFault: () => this.#die(),
      onEnd: () => this.#die(),
    });
  }

  start(): void {
    process.on("SIGTERM", () => void this.#leave(endBySigterm));
    this.#channel.send({ type: "ready" });
  }

  #onMessage(value: unknown): void {
    const message = parsePoolMessage(value);
    if (message === undefined) return this.#die();
    this.#obey(message);
  }

  #obey(message: PoolMessage): void {
    switch (message.type) {
      case "ping":
        return this.#channel.send({ type: "pong" });
      case "close":
        return void this.#leave(() => process.exit(0));
      case "cancel":
        if (this.#current?.id === message.id)
          this.#current.controller.abort(new Error("The task was cancelled."));
        return;
      case "task":
        return this.#startTask(message.id, message.task);
    }
  }

  #startTask(id: number, task: unknown): void {
    if (this.#isLeaving) return;
    this.#channel.send({ type: "started", id });
    const controller = new AbortController();
    this.#current = { id, controller };
    this.#settled = this.#settleTask(id, task, controller.signal);
  }

  async #settleTask(id: number, task: unknown, signal: AbortSignal): Promise<void> {
    let retire = false;
    const context: TaskContext = {
      signal,
      progress: (progress) => this.#channel.send({ type: "progress", id, progress }),
      retire: () => {
        retire = true;
      },
    };
    try {
      const result = await this.#run(task, context);
      this.#answer({ type: "done", id, result, retire });
    } catch (error) {
      // Ended by this process's leave, not by the task's fault: without an answer the pool counts it as lost.
      if (this.#isLeaving) return;
      this.#fail(id, error, retire);
    }
  }

  #fail(id: number, error: unknown, retire: boolean): void {
    try {
      this.#answer({ type: "failed", id, error: this.#toWire(error), retire });
    } catch {
      // It throws when read, is no JSON, or is too long: what can be told is that the task has failed.
      this.#answer({ type: "failed", id, error: { message: "The error cannot be sent." }, retire });
    }
  }

  #answer(answer: TaskAnswer): void {
    this.#channel.send(answer);
    this.#current = undefined;
  }

  #toWire(error: unknown): unknown {
    if (this.#options.toWire) return this.#options.toWire(error);
    return error instanceof Error ? { name: error.name, message: error.message } : { message: String(error) };
  }

  /** Ends what runs, and then the process, whatever the task and `onClose` do. */
  async #leave(end: () => void): Promise<void> {
    if (this.#isLeaving) return;
    this.#isLeaving = true;
    await within(this.#finish(), LEAVE_TIMEOUT_MS);
    end();
  }

  async #finish(): Promise<void> {
    this.#current?.controller.abort(new Error("The process is closing."));
    await this.#settled;
    await this.#options.onClose?.();
    await this.#channel.flush();
  }

  /** Nobody is left to work for, and nobody would end what this process has started. */
  #die(): void {
    try {
      this.#current?.controller.abort(new Error("The pool is gone."));
      this.#options.onDisconnect?.();
    } finally {
      killOwnGroup();
    }
  }
}

/** Ends as a process without a handler would: its parent sees that a signal ended it. */
function endBySigterm(): void {
  process.removeAllListeners("SIGTERM");
  process.kill(process.pid, "SIGTERM");
}

function killOwnGroup(): void {
  try {
    process.kill(-process.pid, "SIGKILL");
  } catch {
    // Not the leader of a group, so not started by a pool: there is only this process to end.
    process.kill(process.pid, "SIGKILL");
  }
}

import type { ChildProcess } from "node:child_process";
import { Duplex } from "node:stream";
import { setTimeout as sleep } from "node:timers/promises";

import { type Channel, CHANNEL_FD, openChannel } from "./channel.ts";
import { type ChildExit, type ChildState, classifyExit, type ExitReason } from "./child-exit.ts";
import { type Heartbeat, startHeartbeat } from "./heartbeat.ts";
import {
  type ChildMessage,
  parseChildMessage,
  type PoolMessage,
  type TaskAnswer,
  type TaskMessage,
} from "./messages.ts";
import type { ChildOptions } from "./options.ts";
import { watchOutput } from "./output.ts";
import { killGroup, spawnGroup } from "./process-group.ts";
import { within } from "./within.ts";

/** The exit event of a killed leader is only a reap away. */
const EXIT_EVENT_TIMEOUT_MS = 2_000;
/** What a dead child had written is still read; a pipe that a stranger holds open is not waited for any longer. */
const LAST_OUTPUT_TIMEOUT_MS = 500;
const UNDEAD_RETRY_MS = 1_000;

/** A task as its child sees it. */
export interface Assignment {
  readonly id: number;
  readonly task: unknown;
  onStarted(): void;
  onProgress(progress: unknown): void;
  /** The child has answered and is free. */
  onAnswer(answer: TaskAnswer): void;
  /** The child is dead, without an answer. */
  onLost(exit: ChildExit): void;
}

export interface ChildObserver {
  onReady(child: SupervisedChild): void;
  /** The child has settled a task, and is ready or draining. */
  onFree(child: SupervisedChild): void;
  /** The child can do no more work; its process group is being ended. */
  onDying(child: SupervisedChild): void;
  onDead(child: SupervisedChild, exit: ChildExit): void;
  onOutput(child: SupervisedChild, line: string): void;
}

export interface ChildSnapshot {
  readonly id: number;
  readonly pid: number | undefined;
  readonly state: ChildState;
  /** How long the current task has been running, in milliseconds. */
  readonly taskAgeMs: number | undefined;
  readonly tasksDone: number;
  /** Milliseconds since the epoch. */
  readonly startedAt: number;
}

type Ended = Pick<ChildExit, "code" | "signal">;

/** One child process, from its spawn until its process group is gone. */
export class SupervisedChild {
  readonly id: number;
  readonly startedAt = Date.now();
  readonly dead: Promise<void>;
  readonly #options: Required<ChildOptions>;
  readonly #observer: ChildObserver;
  readonly #dead = Promise.withResolvers<void>();
  readonly #ended = Promise.withResolvers<void>();
  readonly #closed = Promise.withResolvers<void>();
  #state: ChildState = "spawning";
  #process: ChildProcess | undefined;
  #channel: Channel | undefined;
  #heartbeat: Heartbeat | undefined;
  #assignment: Assignment | undefined;
  #assignedAt: number | undefined;
  #tasksDone = 0;
  #reason: ExitReason | undefined;
  #detail: string | undefined;
  #from: ChildState = "spawning";
  #end: Ended = { code: null, signal: null };
  #stderrTail = (): string => "";
  /** Bounds the start, and later the leave. */
  #timer: NodeJS.Timeout | undefined;

  constructor(id: number, options: Required<ChildOptions>, observer: ChildObserver) {
    this.id = id;
    this.#options = options;
    this.#observer = observer;
    this.dead = this.#dead.promise;
  }

  get state(): ChildState {
    return this.#state;
  }

  get pid(): number | undefined {
    return this.#process?.pid;
  }

  snapshot(): ChildSnapshot {
    return {
      id: this.id,
      pid: this.pid,
      state: this.#state,
      taskAgeMs: this.#assignedAt === undefined ? undefined : performance.now() - this.#assignedAt,
      tasksDone: this.#tasksDone,
      startedAt: this.startedAt,
    };
  }

  /** Starts the process. A failure to do so is a death like any other. */
  start(): void {
    this.#timer = setTimeout(() => this.kill("start-timeout"), this.#options.startTimeoutMs);
    try {
      this.#process = spawnGroup(this.#options);
    } catch (error) {
      this.#onProcessError(error);
      return;
    }
    this.#process.on("error", (error) => this.#onProcessError(error));
    this.#process.once("exit", (code, signal) => this.#onExit({ code, signal }));
    this.#process.once("close", () => this.#closed.resolve());
    if (this.#process.pid !== undefined) this.#connect(this.#process);
  }

  /** Hands over a task, if the child is ready. Throws a TypeError when the task cannot be sent. */
  assign(assignment: Assignment): boolean {
    if (this.#state !== "ready") return false;
    this.#send({ type: "task", id: assignment.id, task: assignment.task });
    this.#assignment = assignment;
    this.#assignedAt = performance.now();
    this.#state = "busy";
    return true;
  }

  /** Asks the child to end a task. It may still answer with a result. */
  cancel(taskId: number): void {
    if (this.#assignment?.id === taskId) this.#send({ type: "cancel", id: taskId });
  }

  /** Lets the child finish its task, if it has one, and leave. One that is not ready yet is killed. */
  drain(reason: "recycle" | "closed"): void {
    if (this.#state === "spawning") return this.kill(reason);
    if (this.#state !== "ready" && this.#state !== "busy") return;
    const isIdle = this.#state === "ready";
    this.#state = "draining";
    this.#reason ??= reason;
    if (isIdle) this.#leave();
  }

  /** Ends the whole process group. The first reason counts. */
  kill(reason: ExitReason, detail?: string): void {
    if (this.#state === "dying" || this.#state === "dead") return;
    this.#reason = reason;
    this.#detail = detail;
    // A child that does not even answer a ping cannot end in good order.
    void this.#bury(reason === "ping" ? 0 : this.#options.killGraceMs);
  }

  #connect({ stdout, stderr, stdio }: ChildProcess): void {
    const onLine = (line: string): void => this.#observer.onOutput(this, line);
    if (stdout) watchOutput(stdout, onLine);
    if (stderr) this.#stderrTail = watchOutput(stderr, onLine);
    const socket = stdio[CHANNEL_FD];
    if (!(socket instanceof Duplex)) return this.kill("start-failed", "there is no channel to the child");
    this.#channel = openChannel(socket, {
      onMessage: (value) => this.#onMessage(value),
      onFault: (what) => this.kill("protocol", `The child sent ${what}.`),
      // Either the child has died, which its exit tells, or it will soon be found silent.
      onEnd: () => undefined,
    });
  }

  #onMessage(value: unknown): void {
    const message = parseChildMessage(value);
    const isExpected = message !== undefined && (message.type === "ready") === (this.#state === "spawning");
    if (this.#state === "dying" || this.#state === "dead") {
      if (message) this.#onLastMessage(message);
    } else if (!isExpected) {
      this.kill("protocol", `The child sent an unexpected message while ${this.#state}.`);
    } else {
      this.#heartbeat?.heard();
      if (message.type === "ready") this.#becomeReady();
      else if (message.type !== "pong") this.#onTaskMessage(message);
    }
  }

  /** A dying child can still have an answer on the way: an answer is an answer. */
  #onLastMessage(message: ChildMessage): void {
    if (message.type !== "ready" && message.type !== "pong") this.#onTaskMessage(message);
  }

  #becomeReady(): void {
    clearTimeout(this.#timer);
    this.#state = "ready";
    this.#heartbeat = startHeartbeat({
      intervalMs: this.#options.pingIntervalMs,
      timeoutMs: this.#options.pingTimeoutMs,
      ping: () => this.#send({ type: "ping" }),
      onSilent: () => this.kill("ping"),
    });
    this.#observer.onReady(this);
  }

  #onTaskMessage(message: TaskMessage): void {
    const assignment = this.#assignment;
    // What a task says after its answer is of no interest to anyone.
    if (assignment?.id !== message.id) return;
    if (message.type === "started") assignment.onStarted();
    else if (message.type === "progress") assignment.onProgress(message.progress);
    else this.#onAnswer(assignment, message);
  }

  #onAnswer(assignment: Assignment, answer: TaskAnswer): void {
    this.#assignment = undefined;
    this.#assignedAt = undefined;
    this.#tasksDone += 1;
    if (this.#state === "busy") this.#state = "ready";
    if (this.#state === "draining") this.#leave();
    else if (answer.retire) this.drain("recycle");
    assignment.onAnswer(answer);
    this.#observer.onFree(this);
  }

  #leave(): void {
    this.#send({ type: "close" });
    this.#timer = setTimeout(() => this.kill(this.#reason ?? "recycle"), this.#options.killGraceMs);
  }

  #send(message: PoolMessage): void {
    this.#channel?.send(message);
  }

  #onProcessError(error: unknown): void {
    const detail = error instanceof Error ? error.message : String(error);
    // Without a pid there is no process, and no exit will follow.
    if (this.pid === undefined) {
      this.#ended.resolve();
      this.#closed.resolve();
    }
    this.kill(this.#state === "spawning" ? "start-failed" : "crash", detail);
  }

  #onExit(end: Ended): void {
    this.#end = end;
    this.#ended.resolve();
    if (this.#state === "dying" || this.#state === "dead") return;
    if (this.#state === "spawning") this.#reason = "start-failed";
    // Nobody asked it to leave before its task was done.
    if (this.#assignment !== undefined) this.#reason = undefined;
    // Its leader is gone: nobody is left in the group who could end in good order.
    void this.#bury(0);
  }

  async #bury(graceMs: number): Promise<void> {
    this.#from = this.#state;
    this.#state = "dying";
    clearTimeout(this.#timer);
    this.#heartbeat?.stop();
    this.#observer.onDying(this);
    if (this.pid !== undefined) {
      let isGone = await killGroup(this.pid, graceMs);
      while (!isGone) {
        await sleep(UNDEAD_RETRY_MS, undefined, { ref: false });
        isGone = await killGroup(this.pid, 0);
      }
    }
    await within(this.#ended.promise, EXIT_EVENT_TIMEOUT_MS);
    await within(this.#closed.promise, LAST_OUTPUT_TIMEOUT_MS);
    this.#finish();
  }

  #finish(): void {
    this.#channel?.close();
    this.#process?.stdout?.destroy();
    this.#process?.stderr?.destroy();
    this.#state = "dead";
    const stderrTail = this.#stderrTail();
    const { code, signal } = this.#end;
    const reason = this.#reason ?? classifyExit(code, signal, stderrTail);
    const exit: ChildExit = { reason, from: this.#from, detail: this.#detail, code, signal, stderrTail };
    this.#assignment?.onLost(exit);
    this.#assignment = undefined;
    this.#observer.onDead(this, exit);
    this.#dead.resolve();
  }
}

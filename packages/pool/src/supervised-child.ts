import type { ChildProcess } from "node:child_process";
import { setTimeout as sleep } from "node:timers/promises";

import type { Assignment } from "./assignment.ts";
import { type ChildExit, type ChildState, classifyExit, type ExitReason } from "./child-exit.ts";
import { type ChildLink, openLink } from "./child-link.ts";
import type { ChildObserver } from "./child-observer.ts";
import { type Heartbeat, startHeartbeat } from "./heartbeat.ts";
import { excess, type Wear, wornOut } from "./limits.ts";
import {
  type ChildMessage,
  parseChildMessage,
  type PoolMessage,
  type TaskAnswer,
  type TaskMessage,
} from "./messages.ts";
import { type OomWatch, watchOomKills } from "./oom-kills.ts";
import type { ChildOptions } from "./options.ts";
import { killGroup, spawnGroup } from "./process-group.ts";
import { within } from "./within.ts";

/** The exit event of a killed leader is only a reap away. */
const EXIT_EVENT_TIMEOUT_MS = 2_000;
/** What a dead child had written is still read; a pipe that a stranger holds open is not waited for any longer. */
const LAST_OUTPUT_TIMEOUT_MS = 500;
const UNDEAD_RETRY_MS = 1_000;
/** A child that answers no ping, keeps to no protocol or takes all memory will not end in good order either. */
const HOPELESS: ReadonlySet<ExitReason> = new Set(["ping", "protocol", "oom"]);

export interface ChildSnapshot extends Wear {
  readonly id: number;
  readonly pid: number | undefined;
  readonly state: ChildState;
  /** The current task, as the events name it. */
  readonly taskId: number | undefined;
  /** How long the current task has been running, in milliseconds. */
  readonly taskAgeMs: number | undefined;
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
  readonly #bornAt = performance.now();
  #state: ChildState = "spawning";
  #process: ChildProcess | undefined;
  #link: ChildLink | undefined;
  #oomWatch: OomWatch | undefined;
  #heartbeat: Heartbeat | undefined;
  #assignment: Assignment | undefined;
  #assignedAt: number | undefined;
  #tasksDone = 0;
  #memoryBytes: number | undefined;
  #reason: ExitReason | undefined;
  #detail: string | undefined;
  #from: ChildState = "spawning";
  #end: Ended = { code: null, signal: null };
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
      taskId: this.#assignment?.id,
      taskAgeMs: this.#assignedAt === undefined ? undefined : performance.now() - this.#assignedAt,
      startedAt: this.startedAt,
      ...this.#wear(),
    };
  }

  #wear(): Wear {
    const ageMs = performance.now() - this.#bornAt;
    return { tasksDone: this.#tasksDone, ageMs, memoryBytes: this.#memoryBytes };
  }

  /** Starts the process. A failure to do so is a death like any other. */
  start(): void {
    this.#timer = setTimeout(() => this.kill("start-timeout"), this.#options.startTimeoutMs);
    try {
      this.#process = spawnGroup(this.#options);
      this.#process.on("error", (error) => this.#onProcessError(error));
      this.#process.once("exit", (code, signal) => this.#onExit({ code, signal }));
      this.#process.once("close", () => this.#closed.resolve());
      if (this.#process.pid !== undefined) this.#link = openLink(this.#process, this.#linkListener);
    } catch (error) {
      this.#onProcessError(error);
    }
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
  drain(reason: "recycle" | "closed", detail?: string): void {
    if (this.#state === "spawning") return this.kill(reason);
    if (this.#state !== "ready" && this.#state !== "busy") return;
    const isIdle = this.#state === "ready";
    this.#state = "draining";
    this.#reason ??= reason;
    this.#detail ??= detail;
    if (isIdle) this.#leave();
  }

  /** Notes what its processes hold. Kills a child that holds too much, and replaces one that is worn out. */
  review(memoryBytes: number | undefined): void {
    this.#memoryBytes = memoryBytes;
    const tooMuch = excess(memoryBytes, this.#options.killMemoryBytes);
    if (tooMuch !== undefined) return this.kill("oom", tooMuch);
    const wear = this.#state === "ready" ? wornOut(this.#wear(), this.#options) : undefined;
    if (wear !== undefined) this.drain("recycle", wear);
  }

  /** Ends the whole process group. The first reason counts. */
  kill(reason: ExitReason, detail?: string): void {
    if (this.#state === "dying" || this.#state === "dead") return;
    this.#reason = reason;
    this.#detail = detail;
    void this.#bury(HOPELESS.has(reason) ? 0 : this.#options.killGraceMs);
  }

  readonly #linkListener = {
    onMessage: (value: unknown): void => this.#onMessage(value),
    onFault: (what: string): void => this.kill("protocol", `The child sent ${what}.`),
    onLine: (line: string): void => this.#observer.onOutput(this, line),
  };

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
    if (this.pid !== undefined) this.#oomWatch = watchOomKills(this.pid);
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
    else this.#observer.onTaskDone(this);
    assignment.onAnswer(answer);
    this.#observer.onFree(this);
  }

  #leave(): void {
    this.#send({ type: "close" });
    this.#timer = setTimeout(
      () => this.kill(this.#reason ?? "recycle", this.#detail),
      this.#options.killGraceMs,
    );
  }

  #send(message: PoolMessage): void {
    this.#link?.send(message);
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
        // The kernel cannot end one of its processes: the place stays taken, but nobody waits for its task any more.
        this.#loseTask(this.#exit());
        await sleep(UNDEAD_RETRY_MS, undefined, { ref: false });
        isGone = await killGroup(this.pid, 0);
      }
    }
    await within(this.#ended.promise, EXIT_EVENT_TIMEOUT_MS);
    await within(this.#closed.promise, LAST_OUTPUT_TIMEOUT_MS);
    this.#finish();
  }

  #finish(): void {
    this.#link?.close();
    this.#state = "dead";
    const exit = this.#exit();
    this.#loseTask(exit);
    this.#observer.onDead(this, exit);
    this.#dead.resolve();
  }

  #exit(): ChildExit {
    const end = { ...this.#end, stderrTail: this.#link?.stderrTail() ?? "" };
    const reason = this.#reason ?? classifyExit(end, this.#oomWatch?.hasKilled());
    const { tasksDone, ageMs } = this.#wear();
    return { ...end, reason, from: this.#from, detail: this.#detail, tasksDone, ageMs };
  }

  #loseTask(exit: ChildExit): void {
    const assignment = this.#assignment;
    this.#assignment = undefined;
    assignment?.onLost(exit);
  }
}

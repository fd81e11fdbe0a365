import { randomUUID } from "node:crypto";

import {
  type Artifact,
  formatFps,
  type Fps,
  parseFps,
  type Plan,
  type Problem,
  type ProblemCode,
  type ProblemError,
  type Progress,
  type Render,
  type RenderState,
  toProblem,
  type Verdict,
  type Warning,
} from "@framewright/contract";

import { DEFAULT_FPS } from "../plan/limits.ts";
import { EventLog } from "./event-log.ts";
import { NO_OBSERVER, type RenderObserver } from "./observer.ts";
import type { Submission } from "./port.ts";

/** Progress is told at most this often; changes of stage are told at once. */
const PROGRESS_INTERVAL_MS = 250;

const QUEUED: Progress = {
  stage: "queued",
  framesDone: 0,
  framesTotal: null,
  framesPerSecond: null,
  secondsLeft: null,
  waitingFor: null,
  queuePosition: null,
};

export function fpsOf(fps: number | string | undefined): Fps {
  return (fps === undefined ? null : parseFps(fps)) ?? DEFAULT_FPS;
}

/** One render's state in memory. Its fields change only through its methods, which tell the events. */
export class RenderRecord {
  readonly id = randomUUID();
  readonly events = new EventLog(this.id);
  readonly createdAt = new Date();
  /** Without the variables once the render has ended: they may be large, and nobody reads them then. */
  submission: Submission;
  readonly observer: RenderObserver;
  /** Grows with each render: the order of admission. */
  readonly order: number;
  readonly deadline: Date;
  /** Aborted with the reason when the render is to end early. */
  readonly abort = new AbortController();

  state: RenderState = "queued";
  startedAt: Date | null = null;
  finishedAt: Date | null = null;
  progress: Progress = QUEUED;
  plan: Plan | null = null;
  warnings: Warning[] = [];
  verdict: Verdict | null = null;
  artifact: Artifact | null = null;
  problem: Problem | null = null;
  #lastProgressAt = 0;
  #finish: () => void = () => undefined;
  readonly finished = new Promise<void>((resolve) => (this.#finish = resolve));

  constructor(submission: Submission, order: number, timeoutMs: number, observer = NO_OBSERVER) {
    this.submission = submission;
    this.observer = observer;
    this.order = order;
    this.deadline = new Date(this.createdAt.getTime() + timeoutMs);
    this.events.append({ type: "state", state: "queued" });
  }

  /** Whether its checked video is being put where it stays, which tells of no progress, within its deadline. */
  get isStoring(): boolean {
    return this.state === "running" && this.verdict?.passed === true && Date.now() < this.deadline.getTime();
  }

  start(): void {
    this.state = "running";
    this.startedAt = new Date();
    this.observer.started(this.startedAt.getTime() - this.createdAt.getTime());
    this.events.append({ type: "state", state: "running" });
  }

  /** Changes of stage and of what is waited for are told at once, the rest a few times a second. */
  report(change: Partial<Progress>): void {
    const before = this.progress;
    this.progress = { ...before, ...change };
    if (before.stage !== this.progress.stage) this.observer.stage(this.id, this.progress.stage);
    else if (this.state === "running") this.observer.progressed();
    const sameStep = before.stage === this.progress.stage && before.waitingFor === this.progress.waitingFor;
    const now = performance.now();
    if (sameStep && now - this.#lastProgressAt < PROGRESS_INTERVAL_MS) return;
    this.#lastProgressAt = now;
    this.events.append({ type: "progress", progress: this.progress });
  }

  warn(warning: Warning): void {
    this.warnings.push(warning);
    this.events.append({ type: "warning", warning });
  }

  succeed(artifact: Artifact): void {
    this.artifact = artifact;
    this.#end("succeeded");
  }

  fail(error: ProblemError): void {
    this.problem = toProblem(error, this.submission.requestId);
    this.#end(error.code === "cancelled" ? "cancelled" : "failed", error.code);
  }

  #end(state: "succeeded" | "failed" | "cancelled", code: ProblemCode | null = null): void {
    this.state = state;
    this.finishedAt = new Date();
    const runMs = this.startedAt && this.finishedAt.getTime() - this.startedAt.getTime();
    this.observer.ended({ outcome: state, code, runMs, bytes: this.artifact?.bytes ?? 0 });
    this.progress = {
      ...this.progress,
      stage: state === "succeeded" ? "done" : this.progress.stage,
      secondsLeft: state === "succeeded" ? 0 : null,
      waitingFor: null,
      queuePosition: null,
    };
    this.events.append({ type: "state", state });
    this.events.append({ type: "finished", render: this.toRender() });
    const { variables: _, ...options } = this.submission.options;
    this.submission = { ...this.submission, options };
    this.#finish();
  }

  toRender(): Render {
    const { options, snapshot } = this.submission;
    const self = `/v1/renders/${this.id}`;
    return {
      id: this.id,
      state: this.state,
      createdAt: this.createdAt.toISOString(),
      startedAt: this.startedAt?.toISOString() ?? null,
      finishedAt: this.finishedAt?.toISOString() ?? null,
      deadline: this.deadline.toISOString(),
      settings: {
        source: snapshot.source,
        entryFile: options.entryFile ?? "index.html",
        fps: formatFps(fpsOf(options.fps)),
        width: options.width ?? null,
        height: options.height ?? null,
        quality: options.quality ?? "standard",
        format: options.format ?? "mp4",
        range: options.range ?? null,
      },
      progress: this.progress,
      plan: this.plan,
      warnings: this.warnings,
      verdict: this.verdict,
      artifact: this.artifact,
      problem: this.problem,
      links: { self, events: `${self}/events`, artifact: `${self}/artifact` },
    };
  }
}

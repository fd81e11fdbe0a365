import {
  type Plan,
  ProblemError,
  type Progress,
  type Queue,
  type Render,
  type RenderEvent,
  type RenderList,
  isFinished,
} from "@framewright/contract";

import type { EventLog } from "./event-log.ts";
import { NO_OBSERVER, type RenderObserver } from "./observer.ts";
import { planAlone } from "./plan-alone.ts";
import { PlanLine } from "./plan-line.ts";
import type { Admitted, ListQuery, Renders, StoredArtifact, Submission } from "./port.ts";
import { type QueueDeps, RenderQueue } from "./render-queue.ts";
import { RenderRecord } from "./render-record.ts";
import { CONTENT_TYPE } from "./run-render.ts";
import { planLimitMs } from "./time-limits.ts";
import { lossWords } from "./until-done.ts";

/** Finished renders that are remembered at most, whatever their age: a bound on memory. */
const MAX_FINISHED = 10_000;
const SWEEP_INTERVAL_MS = 60_000;
/** What a caller is told to wait when the queue is full, at least and at most, in seconds. */
const RETRY_SECONDS = { min: 5, max: 600 } as const;
/** A guess at how long a queued render takes, while nobody knows better. */
const TYPICAL_RENDER_SECONDS = 30;
const TYPICAL_PLAN_SECONDS = 2;
/** How long a cancelled render may take to let go of its workers and files. */
const CANCEL_TIMEOUT_MS = 15_000;

export interface Load {
  readonly waiting: number;
  /** Nothing that waits can be started, for reasons that readiness tells. */
  readonly held: boolean;
  readonly stages: readonly (Progress["stage"] | "store")[];
}

export interface MemoryRendersDeps extends QueueDeps {
  /** (Default: none.) */
  readonly observer?: RenderObserver;
}

/** The order of admission below which a page of the list begins. */
function parseCursor(cursor: string | undefined): number {
  const before = cursor === undefined ? Infinity : Number(cursor);
  if (!Number.isNaN(before)) return before;
  const errors = [{ path: "cursor", message: "is not a cursor of this list" }];
  throw new ProblemError("invalid-request", "The cursor is not one that this service gave.", { errors });
}

/** Renders that live as long as this process. */
export class MemoryRenders implements Renders {
  readonly #deps: MemoryRendersDeps;
  readonly #queue: RenderQueue;
  readonly #plans: PlanLine;
  readonly #observer: RenderObserver;
  /** In order of admission. */
  readonly #records = new Map<string, RenderRecord>();
  readonly #keys = new Map<string, { readonly requestHash: string; readonly id: string }>();
  readonly #sweepTimer: NodeJS.Timeout;
  #admitted = 0;

  constructor(deps: MemoryRendersDeps) {
    this.#deps = deps;
    this.#queue = new RenderQueue(deps);
    this.#plans = new PlanLine(deps.settings.workers, planLimitMs(deps.settings));
    this.#observer = deps.observer ?? NO_OBSERVER;
    this.#sweepTimer = setInterval(() => void this.sweep(), SWEEP_INTERVAL_MS).unref();
    void this.sweep();
  }

  async checkRoom(): Promise<void> {
    this.#checkRoom("renders", this.#queue.waiting.length, TYPICAL_RENDER_SECONDS);
  }

  #checkRoom(what: "renders" | "plans", ahead: number, typicalSeconds: number): void {
    const refusal = this.#deps.refusal();
    if (refusal) throw refusal;
    if (this.#queue.draining) throw new ProblemError("shutting-down", "The service takes no more work.");
    const { queueLimit, workers } = this.#deps.settings;
    if (ahead < queueLimit) return;
    const guess = Math.ceil((typicalSeconds * ahead) / workers);
    const seconds = Math.min(RETRY_SECONDS.max, Math.max(RETRY_SECONDS.min, guess));
    const detail = `${ahead} ${what} are waiting, and PRODUCER_QUEUE_LIMIT allows ${queueLimit}.`;
    throw new ProblemError("queue-full", detail, { headers: { "Retry-After": String(seconds) } });
  }

  async submit(submission: Submission): Promise<Admitted> {
    try {
      const earlier = this.#replay(submission);
      if (earlier) {
        await submission.snapshot.discard();
        return { render: earlier.toRender(), replayed: true };
      }
      await this.checkRoom();
    } catch (error) {
      await submission.snapshot.discard();
      throw error;
    }
    const record = new RenderRecord(
      submission,
      ++this.#admitted,
      this.#deps.settings.renderTimeoutMs,
      this.#observer,
    );
    this.#records.set(record.id, record);
    const { idempotency } = submission;
    if (idempotency) this.#keys.set(idempotency.key, { requestHash: idempotency.requestHash, id: record.id });
    this.#queue.add(record);
    return { render: record.toRender(), replayed: false };
  }

  #replay({ idempotency }: Submission): RenderRecord | undefined {
    const known = idempotency && this.#keys.get(idempotency.key);
    if (!known) return undefined;
    if (known.requestHash === idempotency.requestHash) return this.#records.get(known.id);
    throw new ProblemError("idempotency-key-reused", "The key belongs to a request with another body.");
  }

  async plan(submission: Submission, signal: AbortSignal): Promise<Plan> {
    try {
      this.#checkRoom("plans", this.#plans.waiting, TYPICAL_PLAN_SECONDS);
      return await this.#plans.run(() => this.#plan(submission, signal), signal);
    } finally {
      await submission.snapshot.discard();
    }
  }

  async #plan(submission: Submission, signal: AbortSignal): Promise<Plan> {
    const { log } = this.#deps;
    this.#observer.progressed();
    try {
      return await planAlone(submission, this.#deps, {
        signal,
        onLoss: (loss) => log.warn({ detail: lossWords(loss) }, "a plan is made again"),
      });
    } finally {
      this.#observer.progressed();
    }
  }

  #record(id: string): RenderRecord {
    const record = this.#records.get(id);
    if (!record) throw new ProblemError("render-not-found", `No render has the id "${id.slice(0, 64)}".`);
    return record;
  }

  async get(id: string): Promise<Render> {
    return this.#record(id).toRender();
  }

  async list({ limit, cursor, state }: ListQuery): Promise<RenderList> {
    const before = parseCursor(cursor);
    const found: RenderRecord[] = [];
    // Newest first; one more than asked for tells whether there are more.
    for (const record of [...this.#records.values()].reverse()) {
      if (found.length > limit) break;
      if (record.order < before && (state === undefined || record.state === state)) found.push(record);
    }
    const page = found.slice(0, limit);
    const last = page.at(-1);
    return {
      renders: page.map((record) => record.toRender()),
      nextCursor: found.length > limit && last ? String(last.order) : null,
    };
  }

  async cancel(id: string, reason: string): Promise<Render> {
    const record = this.#record(id);
    if (record.state === "cancelled") return record.toRender();
    if (isFinished(record.state)) {
      throw new ProblemError("render-finished", `The render has ${record.state} already.`);
    }
    record.abort.abort(new ProblemError("cancelled", reason));
    const timeout = new Promise((resolve) => setTimeout(resolve, CANCEL_TIMEOUT_MS).unref());
    await Promise.race([record.finished, timeout]);
    return record.toRender();
  }

  async *events(id: string, afterId: number, signal: AbortSignal): AsyncGenerator<RenderEvent> {
    const log: EventLog = this.#record(id).events;
    yield* log.after(afterId, signal);
  }

  async artifact(id: string): Promise<StoredArtifact> {
    const { artifact, state } = this.#record(id);
    if (!artifact) throw new ProblemError("artifact-not-ready", `The render is ${state}.`);
    const key = `${id}.mp4`;
    if (!(await this.#deps.artifacts.stat(key))) {
      throw new ProblemError("artifact-expired", `It expired at ${artifact.expiresAt}.`);
    }
    return {
      path: this.#deps.artifacts.path(key),
      filename: key,
      contentType: CONTENT_TYPE,
      sha256: artifact.sha256,
    };
  }

  async queue(): Promise<Queue> {
    const { waiting, running } = this.#queue;
    return {
      queued: waiting.length,
      running: running.size,
      limit: this.#deps.settings.queueLimit,
      workers: this.#deps.settings.workers,
      waiting: waiting.map((record, ahead) => ({ id: record.id, position: ahead + running.size })),
    };
  }

  /** How many renders wait, whether for the service itself, and what each running one does. */
  load(): Load {
    const { waiting, running, held } = this.#queue;
    const stages = [...running].map((record) => (record.isStoring ? "store" : record.progress.stage));
    return { waiting: waiting.length, held, stages };
  }

  /** Removes artifacts past their time, and forgets renders after twice that. Runs by itself, at once and every minute. */
  async sweep(now = Date.now()): Promise<void> {
    const { artifacts, settings, log } = this.#deps;
    const finished = [...this.#records.values()].filter(({ finishedAt }) => finishedAt !== null);
    for (const [index, record] of finished.entries()) {
      const ageMs = now - (record.finishedAt?.getTime() ?? now);
      const crowded = finished.length - index > MAX_FINISHED;
      try {
        if (ageMs > settings.retentionMs || crowded) await artifacts.delete(`${record.id}.mp4`);
      } catch (error) {
        log.error(
          { err: error, renderId: record.id },
          "an expired artifact could not be removed; it is tried again",
        );
        continue;
      }
      if (ageMs > 2 * settings.retentionMs || crowded) this.#forget(record);
    }
    await this.#sweepForgotten(new Date(now - settings.retentionMs));
  }

  /** Artifacts of a former process have no record: their age tells. */
  async #sweepForgotten(olderThan: Date): Promise<void> {
    const { artifacts, log } = this.#deps;
    try {
      const removed = await artifacts.sweep(olderThan);
      if (removed.length > 0) log.info({ count: removed.length }, "old artifacts removed");
    } catch (error) {
      log.error({ err: error }, "old artifacts could not be removed; it is tried again");
    }
  }

  #forget(record: RenderRecord): void {
    this.#records.delete(record.id);
    const { idempotency } = record.submission;
    if (idempotency) this.#keys.delete(idempotency.key);
  }

  /** Takes no more work, and ends when every render has ended; running ones have until `deadline`. */
  async close(deadline: number): Promise<void> {
    clearInterval(this.#sweepTimer);
    await this.#queue.drain(deadline);
  }
}

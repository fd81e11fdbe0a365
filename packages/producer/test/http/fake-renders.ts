import { randomUUID } from "node:crypto";
import { setTimeout as sleep } from "node:timers/promises";

import { type Plan, ProblemError, type Progress, type Render, type RenderEvent } from "@framewright/contract";

import { DEFAULT_TENANT } from "../../src/access/tenant.ts";
import type { Renders, StoredArtifact, Submission } from "../../src/renders/port.ts";

const NOW = new Date(0).toISOString();

type NewEvent = RenderEvent extends infer E
  ? E extends RenderEvent
    ? Omit<E, "id" | "at" | "renderId">
    : never
  : never;

export const PROGRESS: Progress = {
  stage: "queued",
  framesDone: 0,
  framesTotal: null,
  framesPerSecond: null,
  secondsLeft: null,
  waitingFor: null,
  queuePosition: 0,
};

export const PLAN: Plan = {
  compositionId: "main",
  durationSeconds: 1,
  durationSource: "attribute",
  fps: "30",
  width: 320,
  height: 180,
  deviceScaleFactor: 1,
  startFrame: 0,
  endFrame: 30,
  frames: 30,
  chunks: [{ index: 0, startFrame: 0, endFrame: 30 }],
  snapshotHash: "0".repeat(64),
  hosts: [],
  warnings: [],
  estimate: { seconds: 1, memoryBytes: 1, diskBytes: 1 },
};

export function newRender(id: string): Render {
  return {
    id,
    state: "queued",
    createdAt: NOW,
    startedAt: null,
    finishedAt: null,
    deadline: NOW,
    settings: {
      source: "html",
      entryFile: "index.html",
      fps: "30",
      width: null,
      height: null,
      quality: "standard",
      format: "mp4",
      range: null,
    },
    progress: PROGRESS,
    plan: null,
    reused: null,
    warnings: [],
    verdict: null,
    artifact: null,
    problem: null,
    links: {
      self: `/v1/renders/${id}`,
      events: `/v1/renders/${id}/events`,
      artifact: `/v1/renders/${id}/artifact`,
    },
  };
}

/** Renders that go on only when the test says so; each tenant sees its own. */
export class FakeRenders implements Renders {
  readonly submissions: Submission[] = [];
  readonly cancelled: string[] = [];
  room = true;
  planning: (signal: AbortSignal) => Promise<Plan> = async () => PLAN;
  stored: StoredArtifact | undefined;
  /** How many iterations of `events` are open. */
  followers = 0;
  eventsFail: unknown;
  readonly #renders = new Map<string, Render>();
  readonly #tenants = new Map<string, string>();
  readonly #events = new Map<string, RenderEvent[]>();
  readonly #keys = new Map<string, { id: string; requestHash: string }>();

  async checkRoom() {
    if (this.room) return;
    throw new ProblemError("queue-full", "2 renders wait.", { headers: { "retry-after": "7" } });
  }

  async submit(submission: Submission) {
    this.submissions.push(submission);
    await submission.snapshot.discard();
    const { idempotency } = submission;
    const earlier = idempotency && this.#keys.get(idempotency.key);
    if (earlier && earlier.requestHash !== idempotency.requestHash) {
      throw new ProblemError("idempotency-key-reused", "The key belongs to another request.");
    }
    if (earlier) return { render: await this.get(earlier.id, submission.tenant), replayed: true };
    await this.checkRoom();
    const id = randomUUID();
    if (idempotency) this.#keys.set(idempotency.key, { id, requestHash: idempotency.requestHash });
    this.#renders.set(id, newRender(id));
    this.#tenants.set(id, submission.tenant);
    this.#events.set(id, []);
    return { render: newRender(id), replayed: false };
  }

  async plan(submission: Submission, signal: AbortSignal) {
    await submission.snapshot.discard();
    return this.planning(signal);
  }

  async get(id: string, tenant = DEFAULT_TENANT) {
    const render = this.#renders.get(id);
    if (!render || this.#tenants.get(id) !== tenant)
      throw new ProblemError("render-not-found", "No render has this id.");
    return render;
  }

  async list(_query?: unknown, tenant = DEFAULT_TENANT) {
    const renders = [...this.#renders.values()].filter(({ id }) => this.#tenants.get(id) === tenant);
    return { renders, nextCursor: null };
  }

  async cancel(id: string, _reason = "", tenant = DEFAULT_TENANT) {
    const render = await this.get(id, tenant);
    if (render.state !== "queued") throw new ProblemError("render-finished", "It has finished.");
    this.cancelled.push(id);
    return this.finish(id, { state: "cancelled" });
  }

  async *events(id: string, afterId: number, signal: AbortSignal, tenant = DEFAULT_TENANT) {
    await this.get(id, tenant);
    this.followers += 1;
    try {
      if (this.eventsFail) throw this.eventsFail;
      for (let next = 0; !signal.aborted;) {
        const event = this.#events.get(id)?.[next];
        if (!event) {
          await sleep(5);
          continue;
        }
        next += 1;
        if (event.id > afterId) yield event;
        if (event.type === "finished") return;
      }
    } finally {
      this.followers -= 1;
    }
  }

  async artifact(id: string, tenant: string | null = DEFAULT_TENANT) {
    const { state } = await this.get(id, tenant ?? this.#tenants.get(id));
    if (!this.stored || state !== "succeeded") throw new ProblemError("artifact-not-ready", "Not yet.");
    return { ...this.stored, filename: `${id}.mp4` };
  }

  async queue() {
    return { queued: 3, running: 2, limit: 100, workers: 2, waiting: [{ id: "a", position: 0 }] };
  }

  /** Tells something of a render. */
  emit(id: string, event: NewEvent): void {
    const events = this.#events.get(id);
    if (!events) throw new Error(`no render ${id}`);
    events.push({ ...event, id: events.length + 1, at: NOW, renderId: id });
  }

  /** Ends a render. */
  finish(id: string, patch: Partial<Render>): Render {
    const before = this.#renders.get(id);
    if (!before) throw new Error(`no render ${id}`);
    const render = { ...before, ...patch };
    this.#renders.set(id, render);
    this.emit(id, { type: "finished", render });
    return render;
  }
}

/** Ends a render well. */
export function succeed(renders: FakeRenders, id: string, patch: Partial<Render> = {}): Render {
  return renders.finish(id, {
    state: "succeeded",
    artifact: {
      url: `/v1/renders/${id}/artifact`,
      contentType: "video/mp4",
      bytes: 5,
      sha256: "0".repeat(64),
      durationSeconds: 1,
      expiresAt: NOW,
    },
    ...patch,
  });
}

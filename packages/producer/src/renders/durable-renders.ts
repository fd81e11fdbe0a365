import { setTimeout as sleep } from "node:timers/promises";

import {
  isFinished,
  OUTPUTS,
  type Plan,
  ProblemError,
  type Queue as QueueView,
  type Render,
  type RenderEvent,
  type RenderList,
} from "@framewright/contract";
import { type FfmpegBinaries, requireEncoders } from "@framewright/engine";

import type { Log } from "../log.ts";
import type { Database } from "../postgres/database.ts";
import type { Notices } from "../queue/notices.ts";
import type { Queue } from "../queue/open-queue.ts";
import type { SnapshotShelf } from "./snapshot-shelf.ts";
import { checkQueue, countAhead, findReplay, insertRender } from "./admission.ts";
import type { Endings } from "./endings.ts";
import { followEvents } from "./event-feed.ts";
import { orderPlan } from "./order-plan.ts";
import type { Admitted, ListQuery, Renders, StoredArtifact, Submission } from "./port.ts";
import { release } from "./release.ts";
import { type RenderRow, toRender } from "./render-row.ts";
import { resolveOptions } from "./resolve-options.ts";
import type { RenderSettings } from "./settings.ts";

export interface DurableRendersDeps {
  readonly database: Database;
  readonly queue: Queue;
  readonly notices: Notices;
  readonly snapshots: SnapshotShelf;
  readonly endings: Endings;
  readonly settings: RenderSettings;
  readonly log: Log;
  /** What makes the outputs; null where no work is done, and whoever does it sees what it can. */
  readonly ffmpeg: FfmpegBinaries | null;
  /** Why nothing can be taken now; null when it can. */
  readonly refusal: () => ProblemError | null;
}

const UUID = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i;
const CURSOR = /^\d{1,15}$/;
/** How often it is looked whether an answer is still owed. */
const LOOK_MS = 50;

/** The order of admission below which a page of the list begins. */
function parseCursor(cursor: string | undefined): number {
  if (cursor === undefined) return Number.MAX_SAFE_INTEGER;
  if (CURSOR.test(cursor)) return Number(cursor);
  const errors = [{ path: "cursor", message: "is not a cursor of this list" }];
  throw new ProblemError("invalid-request", "The cursor is not one that this service gave.", { errors });
}

/** Renders whose state is in the database alone: what one process admits, any other may go on with. */
export class DurableRenders implements Renders {
  readonly #deps: DurableRendersDeps;
  readonly #closing = new AbortController();
  /** Calls that wait for what they get. */
  readonly #owed = new Set<symbol>();
  #isDraining = false;

  constructor(deps: DurableRendersDeps) {
    this.#deps = deps;
  }

  async checkRoom(tenant: string): Promise<void> {
    this.#checkSelf();
    await checkQueue(this.#deps.database, tenant, this.#deps.settings);
  }

  #checkSelf(): void {
    const refusal = this.#deps.refusal();
    if (refusal) throw refusal;
    if (this.#isDraining) throw new ProblemError("shutting-down", "The service takes no more work.");
  }

  #checkOutput({ options }: Submission): void {
    const { ffmpeg } = this.#deps;
    if (ffmpeg) requireEncoders(resolveOptions(options).output, ffmpeg);
  }

  /** A call to which an answer is owed until it is disposed. */
  #owe(): Disposable {
    const call = Symbol("call");
    this.#owed.add(call);
    return { [Symbol.dispose]: () => void this.#owed.delete(call) };
  }

  async submit(submission: Submission): Promise<Admitted> {
    using _ = this.#owe();
    const { database, queue, snapshots, settings } = this.#deps;
    const { tenant, snapshot } = submission;
    try {
      const earlier = await findReplay(database, submission);
      if (earlier) return { render: earlier, replayed: true };
      this.#checkOutput(submission);
      await this.checkRoom(tenant);
      await snapshots.keep(snapshot);
      await queue.ensureTenant(tenant);
      return await database.transaction(async (tx) => {
        const admitted = await insertRender(tx, submission, settings);
        if (!admitted.replayed) await release(tx, queue, tenant, settings.tenantRunning);
        return admitted;
      });
    } finally {
      await snapshot.discard();
    }
  }

  async plan(submission: Submission, signal: AbortSignal): Promise<Plan> {
    using _ = this.#owe();
    try {
      this.#checkSelf();
      this.#checkOutput(submission);
      await this.#deps.snapshots.keep(submission.snapshot);
    } finally {
      await submission.snapshot.discard();
    }
    return await orderPlan(submission, this.#deps, AbortSignal.any([signal, this.#closing.signal]));
  }

  async #row(id: string, tenant: string | null): Promise<RenderRow> {
    const [row] = UUID.test(id)
      ? await this.#deps.database.query<RenderRow>(
          "SELECT * FROM framewright.renders WHERE id = $1 AND ($2::text IS NULL OR tenant = $2)",
          [id, tenant],
        )
      : [];
    if (!row) throw new ProblemError("render-not-found", `No render has the id "${id.slice(0, 64)}".`);
    return row;
  }

  async get(id: string, tenant: string): Promise<Render> {
    const row = await this.#row(id, tenant);
    const render = toRender(row);
    const refusal = isFinished(row.state) ? null : this.#deps.refusal();
    const waitingFor = refusal?.message ?? render.progress.waitingFor;
    // Counted when it is asked for: it changes with every other render.
    const queuePosition = row.state === "queued" ? await countAhead(this.#deps.database, row) : null;
    return { ...render, progress: { ...render.progress, queuePosition, waitingFor } };
  }

  async list({ limit, cursor, state }: ListQuery, tenant: string): Promise<RenderList> {
    // One more than asked for tells whether there are more.
    const rows = await this.#deps.database.query<RenderRow>(
      `SELECT * FROM framewright.renders WHERE tenant = $1 AND ord < $2 AND ($3::text IS NULL OR state = $3)
       ORDER BY ord DESC LIMIT $4`,
      [tenant, parseCursor(cursor), state ?? null, limit + 1],
    );
    const page = rows.slice(0, limit);
    const last = page.at(-1);
    return { renders: page.map(toRender), nextCursor: rows.length > limit && last ? last.ord : null };
  }

  async cancel(id: string, reason: string, tenant: string): Promise<Render> {
    const row = await this.#row(id, tenant);
    if (row.state === "cancelled") return toRender(row);
    const { database, queue, endings } = this.#deps;
    const problem = new ProblemError("cancelled", reason);
    // Within the transaction, what is not known of the queues yet would need a second connection.
    await queue.ensureTenant(tenant);
    const cancelled = isFinished(row.state)
      ? null
      : await database.transaction((tx) => endings.fail(tx, id, problem));
    if (cancelled) return cancelled;
    const ended = await this.#row(id, tenant);
    if (ended.state === "cancelled") return toRender(ended);
    throw new ProblemError("render-finished", `The render has ${ended.state} already.`);
  }

  async *events(
    id: string,
    afterId: number,
    signal: AbortSignal,
    tenant: string,
    isOwed = false,
  ): AsyncGenerator<RenderEvent> {
    using _ = isOwed ? this.#owe() : null;
    await this.#row(id, tenant);
    yield* followEvents(this.#deps, id, afterId, AbortSignal.any([signal, this.#closing.signal]));
  }

  async artifact(id: string, tenant: string | null): Promise<StoredArtifact> {
    const { artifact, artifact_key: key, state, options } = await this.#row(id, tenant);
    if (!artifact) {
      const code = isFinished(state) ? "artifact-missing" : "artifact-not-ready";
      throw new ProblemError(code, `The render is ${state}.`);
    }
    if (key === null) throw new ProblemError("artifact-expired", `It expired at ${artifact.expiresAt}.`);
    const { bytes, sha256, contentType } = artifact;
    const { extension } = OUTPUTS[options.format ?? "mp4"];
    return { key, bytes, sha256, filename: `${id}.${extension}`, contentType };
  }

  async queue(tenant: string): Promise<QueueView> {
    const { database, settings } = this.#deps;
    const rows = await database.query<{ id: string; state: string; own: boolean }>(
      "SELECT id, state, tenant = $1 AS own FROM framewright.renders WHERE finished_at IS NULL ORDER BY ord",
      [tenant],
    );
    const waiting = rows
      .map(({ id, state, own }, position) => ({ id, position, isListed: own && state === "queued" }))
      .filter(({ isListed }) => isListed)
      .map(({ id, position }) => ({ id, position }));
    return {
      queued: rows.filter(({ state }) => state === "queued").length,
      running: rows.filter(({ state }) => state === "running").length,
      limit: settings.queueLimit,
      workers: settings.workers,
      waiting,
    };
  }

  /** Takes no more renders. Those that are there stay, for this service's next life or another one. */
  drain(): void {
    this.#isDraining = true;
  }

  /** Settles once no call waits for an answer any more, or at `deadline` (epoch milliseconds). */
  async answered(deadline: number): Promise<void> {
    while (this.#owed.size > 0 && Date.now() < deadline) await sleep(LOOK_MS);
  }

  /** Lets go of everybody who waits for a plan or follows a render. */
  close(): void {
    this.#closing.abort(new ProblemError("shutting-down", "The service shut down before it was done."));
  }
}

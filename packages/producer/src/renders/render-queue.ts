import { isProblemError, ProblemError } from "@framewright/contract";

import type { Log } from "../log.ts";
import { type RenderDeps, runRender } from "./run-render.ts";
import type { RenderRecord } from "./render-record.ts";

/** How soon a queue that was held looks whether it may go on. */
const HOLD_MS = 1_000;

export interface QueueDeps extends RenderDeps {
  readonly log: Log;
  /** Why nothing can be started now; null when it can. */
  readonly refusal: () => ProblemError | null;
}

/** Admitted renders, in order: a few run, the rest wait. What runs is a set of records, so no count can leak. */
export class RenderQueue {
  readonly #deps: QueueDeps;
  readonly #running = new Set<RenderRecord>();
  #waiting: RenderRecord[] = [];
  #draining = false;
  /** Runs while nothing of what waits can be started. */
  #holdTimer: NodeJS.Timeout | null = null;

  constructor(deps: QueueDeps) {
    this.#deps = deps;
  }

  get waiting(): readonly RenderRecord[] {
    return this.#waiting;
  }

  get running(): ReadonlySet<RenderRecord> {
    return this.#running;
  }

  get draining(): boolean {
    return this.#draining;
  }

  /** Whether what waits waits for the service rather than for a place. */
  get held(): boolean {
    return this.#holdTimer !== null;
  }

  add(record: RenderRecord): void {
    // A record's deadline and its cancellation hold from admission on, also while it waits.
    const expire = setTimeout(
      () => record.abort.abort(new ProblemError("render-timeout", "Its deadline passed.")),
      record.deadline.getTime() - Date.now(),
    );
    expire.unref();
    record.abort.signal.addEventListener("abort", () => this.#leave(record), { once: true });
    void record.finished.then(() => clearTimeout(expire));
    this.#waiting.push(record);
    this.#startNext();
    this.#tellPositions();
  }

  /** Takes no more work, fails what waits, and gives what runs until `deadline` (epoch milliseconds) to finish. */
  async drain(deadline: number): Promise<void> {
    this.#draining = true;
    const stop = new ProblemError("shutting-down", "The service shut down before the render was finished.");
    for (const record of this.#waiting) record.abort.abort(stop);
    const running = [...this.#running];
    const timer = setTimeout(() => {
      for (const record of running) record.abort.abort(stop);
    }, deadline - Date.now());
    await Promise.all(running.map((record) => record.finished));
    clearTimeout(timer);
  }

  /** A waiting render that is cancelled or expires ends at once; a running one ends by its own flow. */
  #leave(record: RenderRecord): void {
    if (!this.#waiting.includes(record)) return;
    this.#waiting = this.#waiting.filter((other) => other !== record);
    void this.#settle(record, Promise.reject(record.abort.signal.reason));
    this.#tellPositions();
  }

  #startNext(): void {
    while (!this.#draining && this.#running.size < this.#deps.settings.workers) {
      if (this.#isHeld()) return;
      const record = this.#waiting.shift();
      if (!record) return;
      this.#running.add(record);
      record.start();
      void this.#settle(record, runRender(record, this.#deps)).finally(() => {
        this.#running.delete(record);
        this.#startNext();
        this.#tellPositions();
      });
    }
  }

  /** While the service could not do it, work is not started only to fail: it waits, within its deadline, and says for what. */
  #isHeld(): boolean {
    const refusal = this.#waiting.length === 0 ? null : this.#deps.refusal();
    const waitingFor = refusal && refusal.message;
    for (const record of this.#waiting) {
      if (record.progress.waitingFor !== waitingFor) record.report({ waitingFor });
    }
    if (this.#holdTimer) clearTimeout(this.#holdTimer);
    this.#holdTimer = refusal && setTimeout(() => this.#lookAgain(), HOLD_MS).unref();
    return refusal !== null;
  }

  #lookAgain(): void {
    this.#holdTimer = null;
    this.#startNext();
    this.#tellPositions();
  }

  async #settle(record: RenderRecord, work: ReturnType<typeof runRender>): Promise<void> {
    const log = this.#deps.log.child({ renderId: record.id, requestId: record.submission.requestId });
    try {
      const artifact = await work;
      record.succeed(artifact);
      log.info({ bytes: artifact.bytes, ms: Date.now() - record.createdAt.getTime() }, "render succeeded");
    } catch (error) {
      const problem = isProblemError(error)
        ? error
        : new ProblemError("internal", "An unexpected error occurred.", { cause: error });
      const level = problem.code === "cancelled" ? "info" : "error";
      log[level]({ code: problem.code, detail: problem.message, cause: problem.cause }, "render ended");
      record.fail(problem);
    }
    await record.submission.snapshot.discard().catch((error: unknown) => {
      log.error({ err: error }, "a snapshot could not be removed; it goes when the service stops");
    });
  }

  #tellPositions(): void {
    for (const [ahead, record] of this.#waiting.entries()) {
      const queuePosition = ahead + this.#running.size;
      if (record.progress.queuePosition !== queuePosition) record.report({ queuePosition });
    }
  }
}

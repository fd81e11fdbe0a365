import { isProblemError, ProblemError } from "@framewright/contract";

import type { Log } from "../log.ts";
import { type RenderDeps, runRender } from "./run-render.ts";
import type { RenderRecord } from "./render-record.ts";

/** What runs has the same deadline in its worker, which is then ended without the grace of a cancelled one. */
const EXPIRY_DELAY_MS = 100;

/** Admitted renders, in order: a few run, the rest wait. What runs is a set of records, so no count can leak. */
export class RenderQueue {
  readonly #deps: RenderDeps;
  readonly #log: Log;
  readonly #running = new Set<RenderRecord>();
  #waiting: RenderRecord[] = [];
  #draining = false;

  constructor(deps: RenderDeps, log: Log) {
    this.#deps = deps;
    this.#log = log;
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

  add(record: RenderRecord): void {
    // A record's deadline and its cancellation hold from admission on, also while it waits.
    const expire = setTimeout(
      () => record.abort.abort(new ProblemError("render-timeout", "Its deadline passed.")),
      record.deadline.getTime() + EXPIRY_DELAY_MS - Date.now(),
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

  async #settle(record: RenderRecord, work: ReturnType<typeof runRender>): Promise<void> {
    const log = this.#log.child({ renderId: record.id, requestId: record.submission.requestId });
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

import type { Log } from "../log.ts";
import type { Database } from "../postgres/database.ts";
import { type FairOrder, fairOrder } from "./fair-order.ts";
import { type Lease, LeaseLost, touch } from "./lease.ts";
import type { Notices } from "./notices.ts";
import { LEASE_SECONDS, type Queue } from "./open-queue.ts";
import { type Line, LINES, purposeOf, tenantOf, type Work } from "./work.ts";

/** Signs of life come this often. */
const TOUCH_MS = 2_000;
/** Without one for so long, work is let go before somebody else may begin it. */
const FENCE_MS = LEASE_SECONDS * 1000 - 2_000;
/** Where no notice comes, the queue is asked all the same. */
const POLL_MS = 500;

export interface WorkLoopOptions {
  readonly database: Database;
  readonly queue: Queue;
  readonly notices: Notices;
  /** How much more work could be begun at this moment, beside what runs. */
  readonly room: (running: number) => number;
  /** Does it, and stores what became of it. Never rejects. */
  readonly run: (lease: Lease) => Promise<void>;
  readonly log: Log;
}

interface Held extends Lease {
  readonly abort: AbortController;
  readonly ended: Promise<void>;
}

/** Takes work from the queues while there is room for it. What runs is a set of leases, so no count can leak. */
export class WorkLoop {
  readonly #options: WorkLoopOptions;
  readonly #leases = new Set<Held>();
  readonly #orders: Record<Line, FairOrder>;
  readonly #timers: readonly NodeJS.Timeout[];
  readonly #stops: readonly (() => void)[];
  /** Lines in which there was no work: they are not asked again until there may be some. */
  readonly #empty = new Set<Line>();
  #first: Line = "plans";
  #touchedAt = performance.now();
  #filling: Promise<void> | null = null;
  #isAskedAgain = false;
  #isDraining = false;
  /** Why nothing may go on any more. */
  #over: Error | null = null;

  constructor(options: WorkLoopOptions) {
    this.#options = options;
    const { database, notices } = options;
    this.#orders = { renders: fairOrder(database, "renders"), plans: fairOrder(database, "plans") };
    this.#timers = [
      setInterval(() => this.#askAll(), POLL_MS).unref(),
      setInterval(() => void this.#touch(), TOUCH_MS).unref(),
      setInterval(() => this.#fence(), POLL_MS).unref(),
    ];
    this.#stops = [
      notices.on("work", (queue) => this.#onWork(queue)),
      notices.on("ended", (id) => this.#onEnded(id)),
    ];
    this.poke();
  }

  get leases(): ReadonlySet<Lease> {
    return this.#leases;
  }

  /** Looks for work as soon as it can. */
  poke(): void {
    this.#isAskedAgain = true;
    this.#filling ??= this.#fillWhileAsked().finally(() => (this.#filling = null));
  }

  #onWork(queue: string): void {
    for (const line of LINES) this.#orders[line].hearOf(queue);
    this.#askAll();
  }

  #askAll(): void {
    this.#empty.clear();
    this.poke();
  }

  async #fillWhileAsked(): Promise<void> {
    while (this.#isAskedAgain) {
      this.#isAskedAgain = false;
      try {
        await this.#fill();
      } catch (error) {
        // The database's state is told elsewhere; the queue is asked again by the timer.
        this.#options.log.debug({ err: error }, "no work could be taken");
      }
    }
  }

  async #fill(): Promise<void> {
    while (!this.#isDraining && this.#options.room(this.#leases.size) > 0) {
      if (!(await this.#takeOne())) return;
    }
  }

  /** Plans and renders are asked for in turn. */
  async #takeOne(): Promise<boolean> {
    const second: Line = this.#first === "plans" ? "renders" : "plans";
    for (const line of [this.#first, second]) {
      if (this.#empty.has(line)) continue;
      // From before the look on: what is heard of meanwhile has the line asked once more.
      this.#empty.add(line);
      for (const queue of await this.#orders[line].queues()) {
        const askedAt = performance.now();
        const [job] = await this.#options.queue.boss.fetch<Work>(queue, { includeMetadata: true });
        if (!job) continue;
        this.#empty.delete(line);
        this.#orders[line].tookFrom(queue);
        if (this.#leases.size === 0) this.#touchedAt = askedAt;
        this.#begin({ id: job.id, attempt: job.retryCount, queue, tenant: tenantOf(queue), work: job.data });
        this.#first = line === "plans" ? "renders" : "plans";
        return true;
      }
    }
    return false;
  }

  #begin(taken: Omit<Lease, "signal">): void {
    const abort = new AbortController();
    // What was asked for before a drain may come after its end.
    if (this.#over) abort.abort(this.#over);
    const lease = { ...taken, signal: abort.signal };
    const ended = this.#options.run(lease).finally(() => {
      this.#leases.delete(held);
      this.poke();
    });
    const held: Held = { ...lease, abort, ended };
    this.#leases.add(held);
  }

  async #touch(): Promise<void> {
    if (this.#leases.size === 0) return;
    const startedAt = performance.now();
    try {
      for (const [queue, leases] of Map.groupBy(this.#leases, (lease) => lease.queue)) {
        const lost = await touch(this.#options.queue, queue, leases);
        // By the lease, not by its work: the same may have been taken anew while the lost one still lets go.
        for (const { abort } of lost)
          abort.abort(new LeaseLost("The work was dropped, or somebody else has it by now."));
      }
      this.#touchedAt = Math.max(this.#touchedAt, startedAt);
    } catch (error) {
      this.#options.log.debug({ err: error }, "no sign of life could be given");
    }
  }

  /** Runs by itself: a sign of life that hangs must not keep work from being let go. */
  #fence(): void {
    if (performance.now() - this.#touchedAt < FENCE_MS) return;
    for (const { abort } of this.#leases)
      abort.abort(new LeaseLost("No sign of life could be given for too long."));
  }

  #onEnded(about: string): void {
    // Some notices may have been missed: who is asked for a sign of life learns of the end.
    if (about === "") void this.#touch();
    for (const { work, abort } of this.#leases)
      if (purposeOf(work) === about) abort.abort(new LeaseLost("What it was for has ended."));
  }

  /**
   * Takes no more work. What runs may end until `deadline` (epoch milliseconds); then it is aborted with the reason.
   * Settles when nothing runs any more.
   */
  async drain(deadline: number, reason: Error): Promise<void> {
    this.#isDraining = true;
    for (const stop of this.#stops.slice(0, 1)) stop();
    const timer = setTimeout(
      () => {
        this.#over = reason;
        for (const { abort } of this.#leases) abort.abort(reason);
      },
      Math.max(0, deadline - Date.now()),
    );
    await this.#filling;
    while (this.#leases.size > 0) await Promise.all([...this.#leases].map(({ ended }) => ended));
    clearTimeout(timer);
    for (const each of this.#timers) clearInterval(each);
    for (const stop of this.#stops) stop();
  }
}

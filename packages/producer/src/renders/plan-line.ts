import { ProblemError } from "@framewright/contract";

/**
 * Plans without a render, first come, first served: a few run at a time. When one ends, what waits for its worker in
 * the pool comes before the next plan, so that no number of plans keeps renders from going on.
 */
export class PlanLine {
  readonly #size: number;
  readonly #waitMs: number;
  /** In order of arrival: the first few have their turn. */
  readonly #turns = new Set<PromiseWithResolvers<void>>();

  /** So many run at a time; the others wait for their turn for so long, in ms. */
  constructor(size: number, waitMs: number) {
    this.#size = size;
    this.#waitMs = waitMs;
  }

  get waiting(): number {
    return Math.max(0, this.#turns.size - this.#size);
  }

  /** Does the work when it is its turn; the signal ends the wait, with its reason. @throws ProblemError `queue-full` */
  async run<T>(work: () => Promise<T>, signal: AbortSignal): Promise<T> {
    signal.throwIfAborted();
    const turn = Promise.withResolvers<void>();
    const leave = (): void => turn.reject(signal.reason);
    const late = (): void =>
      turn.reject(new ProblemError("queue-full", `Its turn did not come within ${this.#waitMs / 1000} s.`));
    const timer = setTimeout(late, this.#waitMs).unref();
    signal.addEventListener("abort", leave, { once: true });
    this.#turns.add(turn);
    this.#advance();
    try {
      await turn.promise;
      return await work();
    } finally {
      clearTimeout(timer);
      signal.removeEventListener("abort", leave);
      this.#turns.delete(turn);
      this.#advance();
    }
  }

  #advance(): void {
    for (const turn of [...this.#turns].slice(0, this.#size)) turn.resolve();
  }
}

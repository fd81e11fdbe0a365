/** What the work of the service looks like at one moment. */
export interface WorkView {
  /** Something waits that could begin at once: a place for it is free. */
  readonly hasStartable: boolean;
  /** Something runs of which progress can be expected. */
  readonly expectsProgress: boolean;
}

export interface UntouchedWorkOptions {
  /** How long work may wait beside a free place, in ms. */
  readonly boundMs: number;
  /** How long all running work together may show no progress, in ms. */
  readonly silenceMs: number;
  /** (Default: the monotonic clock.) */
  readonly now?: () => number;
}

export interface UntouchedWork {
  /** Some piece of work began, advanced or ended. */
  moved(): void;
  /** For how long work has gone untouched, in ms, when that is longer than it may; null while all is well. */
  look(view: WorkView): number | null;
}

/**
 * Watches for work that nobody touches though somebody could. A long queue is none of that: what waits in it cannot
 * begin. What waits beside a free place can, and while anything runs, something should advance.
 */
export function createUntouchedWork({
  boundMs,
  silenceMs,
  now = () => performance.now(),
}: UntouchedWorkOptions): UntouchedWork {
  let movedAt = now();
  let startableSince: number | null = null;
  return {
    moved: () => (movedAt = now()),
    look({ hasStartable, expectsProgress }) {
      startableSince = hasStartable ? (startableSince ?? now()) : null;
      if (!expectsProgress) movedAt = now();
      const waitedMs = startableSince === null ? 0 : now() - startableSince;
      if (waitedMs > boundMs) return waitedMs;
      const stillMs = now() - movedAt;
      return stillMs > silenceMs ? stillMs : null;
    },
  };
}

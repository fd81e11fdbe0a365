export const FIRST_DELAY_MS = 200;
const MAX_DELAY_MS = 30_000;
/** Jitter only lengthens, so that the number of starts in a time has an upper bound. */
const JITTER = 0.25;

/** Counts consecutive failures and says how long to wait after each. */
export interface Backoff {
  readonly failures: number;
  /** Notes a failure; returns the time to wait, in milliseconds. */
  fail(): number;
  reset(): void;
}

export function createBackoff(random: () => number = Math.random): Backoff {
  let failures = 0;
  return {
    get failures() {
      return failures;
    },
    fail() {
      const delayMs = Math.min(FIRST_DELAY_MS * 2 ** failures, MAX_DELAY_MS);
      failures += 1;
      return delayMs * (1 + JITTER * random());
    },
    reset() {
      failures = 0;
    },
  };
}

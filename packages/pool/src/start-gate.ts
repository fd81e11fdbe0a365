import { type Backoff, createBackoff, FIRST_DELAY_MS } from "./backoff.ts";
import { type Breaker, type BreakerSnapshot, createBreaker } from "./breaker.ts";
import { type ChildExit, describeExit } from "./child-exit.ts";
import type { PoolEvent } from "./options.ts";

export interface StartGateOptions {
  readonly breakerFailures: number;
  /** The time after a failed start is over. */
  readonly onRetry: () => void;
  readonly onEvent: (event: PoolEvent) => void;
}

/** Decides when a child may be started, by how the starts before it went. */
export interface StartGate {
  /** Failed starts in a row. */
  readonly failures: number;
  readonly breaker: BreakerSnapshot;
  /** How the last start failed; undefined once a child has proved itself. */
  readonly lastFailure: ChildExit | undefined;
  /** Whether the next start has to wait for `onRetry`. */
  readonly isWaiting: boolean;
  noteStart(): void;
  noteFailure(exit: ChildExit): void;
  /** A child has shown that starting works. */
  noteProof(): void;
  close(): void;
}

export function createStartGate({ breakerFailures, onRetry, onEvent }: StartGateOptions): StartGate {
  const backoff: Backoff = createBackoff();
  const breaker: Breaker = createBreaker(breakerFailures);
  let timer: NodeJS.Timeout | undefined;
  let lastFailure: ChildExit | undefined;

  function retryAfter(delayMs: number): void {
    clearTimeout(timer);
    timer = setTimeout(() => {
      timer = undefined;
      onRetry();
    }, delayMs);
  }

  return {
    get failures() {
      return backoff.failures;
    },
    get breaker() {
      return breaker.snapshot;
    },
    get lastFailure() {
      return lastFailure;
    },
    get isWaiting() {
      return timer !== undefined;
    },
    noteStart: () => breaker.attempt(),
    noteFailure(exit) {
      // Children that fail together are one failure.
      if (timer !== undefined) return;
      lastFailure = exit;
      const delayMs = backoff.fail();
      const { failures } = backoff;
      retryAfter(delayMs);
      onEvent({ type: "backoff", failures, delayMs });
      const reason = describeExit(exit);
      if (breaker.fail(failures, reason)) onEvent({ type: "breaker-opened", failures, reason });
    },
    noteProof() {
      backoff.reset();
      lastFailure = undefined;
      // What kept the others from starting is over.
      if (timer !== undefined) retryAfter(FIRST_DELAY_MS);
      if (breaker.prove()) onEvent({ type: "breaker-closed" });
    },
    close() {
      clearTimeout(timer);
      timer = undefined;
    },
  };
}

export interface BreakerSnapshot {
  /** `open`: starts keep failing, and the next one is waited for · `trial`: that one is on its way. */
  readonly state: "closed" | "open" | "trial";
  /** Since when, in milliseconds since the epoch. */
  readonly at: number;
  /** Why the last start failed, in words; undefined while closed. For the log: may hold raw output. */
  readonly reason: string | undefined;
}

/** Says whether it is worth while to wait for a child. */
export interface Breaker {
  readonly snapshot: BreakerSnapshot;
  /** Notes that starting has failed `failures` times in a row; true when this opens a closed breaker. */
  fail(failures: number, reason: string): boolean;
  /** Notes that a child is being started. */
  attempt(): void;
  /** Notes that a child has proved itself; true when this closes the breaker. */
  prove(): boolean;
}

export function createBreaker(maxFailures: number): Breaker {
  let snapshot: BreakerSnapshot = { state: "closed", at: Date.now(), reason: undefined };
  return {
    get snapshot() {
      return snapshot;
    },
    fail(failures, reason) {
      const wasClosed = snapshot.state === "closed";
      if (wasClosed && failures < maxFailures) return false;
      snapshot = { state: "open", at: Date.now(), reason };
      return wasClosed;
    },
    attempt() {
      if (snapshot.state === "open") snapshot = { ...snapshot, state: "trial", at: Date.now() };
    },
    prove() {
      if (snapshot.state === "closed") return false;
      snapshot = { state: "closed", at: Date.now(), reason: undefined };
      return true;
    },
  };
}

import { beat, BEAT_INTERVAL_MS, CELL, createPulse, type Pulse } from "./pulse.ts";
import { causeBit, type ReportedCause } from "./readiness.ts";

/** The main loop's side of the shared memory. */
export interface Heartbeat extends Pulse {
  /** Sets or clears a cause for which the service takes no work. */
  setCause(cause: ReportedCause, on: boolean): void;
  /** Stops beating. Close the health thread first: it would take the silence for a stall. */
  close(): void;
}

/** Starts the heartbeat of this thread's loop. `starting` is set until the caller clears it. */
export function startHeartbeat(): Heartbeat {
  const pulse = createPulse();
  const timer = setInterval(beat, BEAT_INTERVAL_MS, pulse).unref();
  const setCause = (cause: ReportedCause, on: boolean): void => {
    if (on) Atomics.or(pulse.cells, CELL.causes, causeBit(cause));
    else Atomics.and(pulse.cells, CELL.causes, ~causeBit(cause));
  };
  setCause("starting", true);
  return { ...pulse, setCause, close: () => clearInterval(timer) };
}

import { MAX_TIMER_MS } from "./timer-limit.ts";

/** Waits at most `timeoutMs` for a promise; true when it resolved in time. A later rejection is no longer of interest. */
export async function within(promise: Promise<unknown>, timeoutMs: number): Promise<boolean> {
  const late = Promise.withResolvers<false>();
  const timer = setTimeout(() => late.resolve(false), Math.min(timeoutMs, MAX_TIMER_MS));
  try {
    return await Promise.race([promise.then(() => true), late.promise]);
  } finally {
    clearTimeout(timer);
  }
}

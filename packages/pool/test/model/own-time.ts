import { setTimeout as sleep } from "node:timers/promises";

const TICK_MS = 10;
const MAX_TICK_MS = 50;

let ownMs = 0;
let lastTick = performance.now();

setInterval(() => {
  const now = performance.now();
  ownMs += Math.min(now - lastTick, MAX_TICK_MS);
  lastTick = now;
}, TICK_MS).unref();

/** A clock that stands still while this process does: on a crowded machine, its own delay is not blamed on the pool. */
export const ownTime = (): number => ownMs;

/** Waits until a condition holds; fails after `timeoutMs` of our own time. */
export async function inOwnTime(what: string, timeoutMs: number, probe: () => boolean): Promise<void> {
  for (const end = ownTime() + timeoutMs; !probe(); await sleep(TICK_MS)) {
    if (ownTime() > end) throw new Error(`${what}: not within ${timeoutMs} ms`);
  }
}

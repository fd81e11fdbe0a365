import { macrotask } from "./native.ts";
import { scriptNow } from "./time.ts";
import { call, nextId } from "./timers.ts";
import { answersArrived } from "./tracked-work.ts";

export type Wanted = (id: number, callback: FrameRequestCallback) => boolean;

const asked = new Map<number, FrameRequestCallback>();
let running = new Map<number, FrameRequestCallback>();

export function requestFrame(callback: FrameRequestCallback): number {
  const id = nextId();
  asked.set(id, callback);
  return id;
}

export function cancelFrame(id: number): void {
  asked.delete(id);
  running.delete(id);
}

/** How many were asked for. */
export function frameCallbacks(): number {
  return asked.size;
}

export function hasFrameCallbacks(isWanted: Wanted = () => true): boolean {
  return [...asked].some((entry) => isWanted(...entry));
}

/** Those that were asked for from `firstId` on, by anything but themselves: what goes on for ever is waited for by nobody. */
export function askedSince(firstId: number): Wanted {
  const ran = new Set(running.values());
  return (id, callback) => id >= firstId && !ran.has(callback);
}

/** Runs the callbacks that were asked for; those that are not wanted keep their turn. */
export async function runFrameCallbacks(isWanted: Wanted = () => true): Promise<void> {
  running = new Map([...asked].filter((entry) => isWanted(...entry)));
  for (const id of running.keys()) asked.delete(id);
  // One that an earlier callback of this frame cancels leaves the map, and is not visited.
  for (const callback of running.values()) {
    call(() => callback(scriptNow()));
    await macrotask();
  }
  await answersArrived();
}

import { macrotask, native } from "./native.ts";

/** What a machine computes by itself comes to an end: it is waited for as long as a frame may take. */
export const LOCAL_PATIENCE_MS = 20_000;
/** What may never be answered is not waited for longer within a step; for a request, the frame as a whole still waits. */
export const REMOTE_PATIENCE_MS = 1_000;
const POLL_MS = 20;

interface Open {
  readonly untilMs: number;
  /** Null for what the engine sees by itself. */
  readonly name: string | null;
  readonly owner: object | null;
}

/** What the page's scripts have asked the browser for and not yet got. */
const open = new Set<Open>();
const silent = new WeakSet<object>();
let wake: () => void = () => undefined;

export interface Work {
  readonly name: string | null;
  readonly patienceMs: number;
  /** What gave no answer in time once is not waited for again. */
  readonly owner?: object;
  /** Unless it has given one since. */
  readonly forgiven?: boolean;
}

/** Opens an entry; the function closes it, after what the page does with the answer. */
export function begin({ name, patienceMs, owner, forgiven }: Work): () => void {
  const forgive = (): void => {
    if (owner && forgiven) silent.delete(owner);
  };
  if (owner && silent.has(owner)) return forgive;
  const entry: Open = { untilMs: native.now() + patienceMs, name, owner: owner ?? null };
  open.add(entry);
  return () => {
    forgive();
    void macrotask()
      .then(macrotask)
      .then(() => {
        open.delete(entry);
        wake();
      });
  };
}

/** Follows a promise of the browser's. */
export function track<T>(promise: Promise<T>, work: Work): Promise<T> {
  const close = begin(work);
  promise.then(close, close);
  return promise;
}

/** Those that are still waited for; the ones that took too long are dropped. */
function waitedFor(): Open[] {
  const nowMs = native.now();
  for (const entry of open) {
    if (nowMs < entry.untilMs) continue;
    open.delete(entry);
    if (entry.owner) silent.add(entry.owner);
  }
  return [...open];
}

/** What is open, named for a person, but for what the engine sees by itself. */
export function openWork(): string[] {
  return waitedFor().flatMap(({ name }) => name ?? []);
}

/**
 * Lets answers arrive before time moves on, so that what a page does with them happens at the same virtual time
 * however slow the machine is.
 */
export async function answersArrived(): Promise<void> {
  while (waitedFor().length > 0) {
    await new Promise<void>((resolve) => {
      wake = resolve;
      native.setTimeout(resolve, POLL_MS);
    });
  }
}

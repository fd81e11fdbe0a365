import { macrotask, native } from "./native.ts";
import { answersArrived } from "./requests.ts";
import { TimerHeap } from "./timer-heap.ts";

/** Tolerance for times that are equal but for rounding, in milliseconds. */
const EPSILON_MS = 1e-3;
/** HTML clamps a timer to 4 ms once it is nested deeper than five levels. */
const NESTING_LIMIT = 5;
const NESTED_MIN_MS = 4;
/** What `Date.now()` is at the composition's start: a constant, so that every run sees the same dates. */
const EPOCH_MS = Date.UTC(2025, 0, 1);

interface Timer {
  readonly due: number;
  /** Of those that are due at once, the one asked for first goes first. */
  readonly order: number;
  readonly id: number;
  readonly callback: () => void;
  /** Null for a timer that fires once. */
  readonly everyMs: number | null;
  readonly nesting: number;
}

/** Milliseconds since the page began, in virtual time. It moves only in `advance`. */
let nowMs = 0;
let lastId = 0;
let nesting = 0;
let advancing = false;
let lastOrder = 0;
const heap = new TimerHeap<Timer>();
/** Timers that were not cleared, by id. */
const timers = new Map<number, Timer>();
let frameCallbacks = new Map<number, FrameRequestCallback>();
let runningCallbacks = new Map<number, FrameRequestCallback>();

export function now(): number {
  return nowMs;
}

/** Virtual time as a Date would count it. */
export function dateNow(): number {
  return EPOCH_MS + Math.floor(nowMs + EPSILON_MS);
}

function reportError(error: unknown): void {
  // Rethrown from a task of its own, so that the page's error events and the console see it as usual.
  native.setTimeout(() => {
    throw error;
  });
}

function call(callback: () => void): void {
  try {
    callback();
  } catch (error) {
    reportError(error);
  }
}

/** Outside a step (while loading, say) a timer without delay is due at once: a real task fires it. */
function pumpSoon(): void {
  if (advancing) return;
  void macrotask().then(() => (advancing ? undefined : fireTimers(nowMs)));
}

function schedule(timer: Timer): void {
  timers.set(timer.id, timer);
  heap.push(timer);
}

function addTimer(handler: TimerHandler, delay: unknown, args: unknown[], repeat: boolean): number {
  const callback =
    typeof handler === "function"
      ? () => void Reflect.apply(handler, window, args)
      : // oxlint-disable-next-line no-eval -- HTML says that a string handler is evaluated, in the global scope
        () => void (0, eval)(handler);
  const wanted = Math.max(Number(delay) || 0, repeat ? 1 : 0);
  const delayMs = nesting >= NESTING_LIMIT ? Math.max(wanted, NESTED_MIN_MS) : wanted;
  const id = ++lastId;
  schedule({
    id,
    due: nowMs + delayMs,
    order: ++lastOrder,
    callback,
    everyMs: repeat ? delayMs : null,
    nesting: nesting + 1,
  });
  if (delayMs === 0) pumpSoon();
  return id;
}

export function setTimeout(handler: TimerHandler, delay?: number, ...args: unknown[]): number {
  return addTimer(handler, delay, args, false);
}

export function setInterval(handler: TimerHandler, delay?: number, ...args: unknown[]): number {
  return addTimer(handler, delay, args, true);
}

export function clearTimer(id?: number): void {
  if (id !== undefined) timers.delete(id);
}

export function requestFrame(callback: FrameRequestCallback): number {
  const id = ++lastId;
  frameCallbacks.set(id, callback);
  return id;
}

export function cancelFrame(id: number): void {
  frameCallbacks.delete(id);
  runningCallbacks.delete(id);
}

/** Takes the earliest timer that is due; cleared ones are dropped on the way. */
function takeDue(untilMs: number): Timer | undefined {
  for (let next = heap.peek(); next && next.due <= untilMs + EPSILON_MS; next = heap.peek()) {
    heap.pop();
    if (timers.get(next.id) === next) return next;
  }
  return undefined;
}

/** Fires what is due, in order, each at its own time; microtasks run in between, as in a real event loop. */
async function fireTimers(untilMs: number): Promise<void> {
  for (let timer = takeDue(untilMs); timer; timer = takeDue(untilMs)) {
    nowMs = Math.max(nowMs, Math.min(timer.due, untilMs));
    if (timer.everyMs === null) timers.delete(timer.id);
    else schedule({ ...timer, due: timer.due + timer.everyMs, order: ++lastOrder });
    nesting = timer.nesting;
    call(timer.callback);
    nesting = 0;
    await macrotask();
    await answersArrived();
  }
}

async function runFrameCallbacks(): Promise<void> {
  runningCallbacks = frameCallbacks;
  frameCallbacks = new Map();
  // One that an earlier callback of this frame cancels leaves the map, and is not visited.
  for (const callback of runningCallbacks.values()) {
    call(() => callback(nowMs));
    await macrotask();
  }
  await answersArrived();
}

/** How often a seek that waits for something real, a fetch say, is looked at again. */
const SEEK_POLL_MS = 1;

/**
 * Waits for a seek. Time stands still meanwhile, so a frame or a timer without delay that the seek itself asks for
 * and waits for is given at once; those that were asked for before keep their turn.
 */
async function finishSeek(seeking: Promise<void>, firstId: number): Promise<void> {
  const state = { settled: false };
  const end = (): void => void (state.settled = true);
  seeking.then(end, end);
  await macrotask();
  while (!state.settled) {
    for (const [id, callback] of frameCallbacks) {
      if (id < firstId) continue;
      frameCallbacks.delete(id);
      call(() => callback(nowMs));
    }
    await fireTimers(nowMs);
    await new Promise((resolve) => native.setTimeout(resolve, SEEK_POLL_MS));
  }
  await seeking;
}

/** Moves virtual time to `toMs`: timers first, then the seek of everything that is a function of time, then frame callbacks. */
export async function advance(toMs: number, seek: () => Promise<void>): Promise<void> {
  advancing = true;
  try {
    // What the last frame left to tell, an observer's news say, is told before time moves.
    await macrotask();
    await macrotask();
    await fireTimers(toMs);
    nowMs = toMs;
    const firstId = lastId + 1;
    await finishSeek(seek(), firstId);
    await runFrameCallbacks();
    await fireTimers(toMs);
  } finally {
    advancing = false;
  }
}

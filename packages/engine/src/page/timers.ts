import { macrotask, native } from "./native.ts";
import { EPSILON_MS, pageMs, setPageMs } from "./time.ts";
import { TimerHeap } from "./timer-heap.ts";
import { answersArrived } from "./tracked-work.ts";

/** HTML clamps a timer to 4 ms once it is nested deeper than five levels. */
const NESTING_LIMIT = 5;
const NESTED_MIN_MS = 4;

export interface Timer {
  readonly due: number;
  /** Of those that are due at once, the one asked for first goes first. */
  readonly order: number;
  readonly id: number;
  readonly callback: () => void;
  /** Null for a timer that fires once. */
  readonly everyMs: number | null;
  readonly nesting: number;
}

let lastId = 0;
let lastOrder = 0;
let nesting = 0;
let stepping = false;
/** How far time has gone on within the frame, in milliseconds. */
let withinMs = 0;
const heap = new TimerHeap<Timer>();
/** Timers that were not cleared, by id. */
const timers = new Map<number, Timer>();

/** A number for a timer or a frame callback: higher than any before. */
export function nextId(): number {
  return ++lastId;
}

/** While a step runs, it fires the timers. */
export function setStepping(value: boolean): void {
  stepping = value;
}

/** What timers are asked for from now on counts from this time within the frame. */
export function countTimersFrom(ms: number): void {
  withinMs = ms;
}

export function call(callback: () => void): void {
  try {
    callback();
  } catch (error) {
    // Rethrown from a task of its own, so that the page's error events and the console see it as usual.
    native.setTimeout(() => {
      throw error;
    });
  }
}

/** Outside a step (while loading, say) a timer without delay is due at once: a real task fires it. */
function fireSoon(): void {
  if (stepping) return;
  void macrotask().then(() => (stepping ? undefined : fireTimers(pageMs())));
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
  const id = nextId();
  schedule({
    id,
    due: pageMs() + withinMs + delayMs,
    order: ++lastOrder,
    callback,
    everyMs: repeat ? delayMs : null,
    nesting: nesting + 1,
  });
  if (delayMs === 0) fireSoon();
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

export function hasTimers(): boolean {
  return timers.size > 0;
}

/** The earliest timer of those asked for from `firstId` on. */
export function earliestSince(firstId: number): Timer | undefined {
  let earliest: Timer | undefined;
  for (const timer of timers.values()) {
    if (timer.id < firstId) continue;
    if (!earliest || timer.due < earliest.due || (timer.due === earliest.due && timer.order < earliest.order))
      earliest = timer;
  }
  return earliest;
}

/** Takes the earliest timer that is due; cleared ones are dropped on the way. */
function takeDue(untilMs: number): Timer | undefined {
  for (let next = heap.peek(); next && next.due <= untilMs + EPSILON_MS; next = heap.peek()) {
    heap.pop();
    if (timers.get(next.id) === next) return next;
  }
  return undefined;
}

/** Fires one timer; microtasks run after it, as in a real event loop, and what it asks the browser for arrives. */
export async function fire(timer: Timer): Promise<void> {
  if (timer.everyMs === null) timers.delete(timer.id);
  else schedule({ ...timer, due: timer.due + timer.everyMs, order: ++lastOrder });
  nesting = timer.nesting;
  call(timer.callback);
  nesting = 0;
  await macrotask();
  await answersArrived();
}

/** Fires what is due, in order, each at its own time. */
export async function fireTimers(untilMs: number): Promise<void> {
  for (let timer = takeDue(untilMs); timer; timer = takeDue(untilMs)) {
    setPageMs(Math.max(pageMs(), Math.min(timer.due, untilMs)));
    await fire(timer);
  }
}

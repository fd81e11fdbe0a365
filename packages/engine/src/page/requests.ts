import { macrotask, native } from "./native.ts";

/** A request that takes longer than this is not waited for within a step; the frame as a whole still waits. */
const PATIENCE_MS = 1_000;
const POLL_MS = 1;

interface Open {
  patient: boolean;
}

/** What the page's scripts have asked for and not yet got, bodies included. */
const open = new Set<Open>();

function track<T>(promise: Promise<T>): Promise<T> {
  const entry = { patient: true };
  open.add(entry);
  // What the page does with the answer runs before the entry is closed.
  const close = (): void => void macrotask().then(() => open.delete(entry));
  promise.then(close, close);
  return promise;
}

/**
 * Lets answers arrive before time moves on, so that what a page does with them happens at the same virtual time
 * however slow the machine is.
 */
export async function answersArrived(): Promise<void> {
  const until = native.now() + PATIENCE_MS;
  while ([...open].some(({ patient }) => patient)) {
    await new Promise((resolve) => native.setTimeout(resolve, POLL_MS));
    if (native.now() < until) continue;
    for (const entry of open) entry.patient = false;
  }
}

export function installRequests(): void {
  const fetch = window.fetch.bind(window);
  window.fetch = (...args) => track(fetch(...args));
  for (const method of ["arrayBuffer", "blob", "bytes", "formData", "json", "text"] as const) {
    const original: unknown = Response.prototype[method];
    if (typeof original !== "function") continue;
    Object.defineProperty(Response.prototype, method, {
      configurable: true,
      writable: true,
      value(this: Response) {
        return track(Reflect.apply(original, this, []) as Promise<unknown>);
      },
    });
  }
  // oxlint-disable-next-line typescript/unbound-method -- called with an explicit `this`
  const send = XMLHttpRequest.prototype.send;
  XMLHttpRequest.prototype.send = function trackedSend(this: XMLHttpRequest, body) {
    void track(
      new Promise<void>((resolve) => this.addEventListener("loadend", () => resolve(), { once: true })),
    );
    send.call(this, body);
  };
}

import type { Adapter } from "./adapter.ts";

declare global {
  interface Window {
    __hfTime?: number;
    __hfThreeTime?: number;
    __hfTypegpuTime?: number;
    /** Functions of the time in seconds that draw a frame, by the page. */
    __hfRender?: unknown;
  }
}

/** Pages that draw for themselves, with three.js or WebGPU say, read the time from these. */
function tellTime(seconds: number): void {
  window.__hfTime = seconds;
  window.__hfThreeTime = seconds;
  window.__hfTypegpuTime = seconds;
}

/** The promises that listeners hand over while the event is sent. */
function sendSeek(seconds: number): Promise<unknown>[] {
  const promises: Promise<unknown>[] = [];
  let open = true;
  const waitUntil = (promise: unknown): void => {
    if (!open)
      throw new DOMException("waitUntil() must be called while hf-seek is handled.", "InvalidStateError");
    promises.push(Promise.resolve(promise));
  };
  window.dispatchEvent(new CustomEvent("hf-seek", { detail: { time: seconds, waitUntil } }));
  open = false;
  return promises;
}

function drawFunctions(): ((seconds: number) => unknown)[] {
  const list: unknown = window.__hfRender;
  return Array.isArray(list) ? list.filter((item) => typeof item === "function") : [];
}

async function seek(seconds: number): Promise<void> {
  tellTime(seconds);
  for (const draw of drawFunctions()) {
    try {
      draw(seconds);
    } catch (error) {
      reportError(error);
    }
  }
  for (const result of await Promise.allSettled(sendSeek(seconds))) {
    if (result.status === "rejected") reportError(result.reason);
  }
}

/** `hf-seek`, whose listeners may make the frame wait, and the other ways by which pages are told the time. */
export const seekEvent: Adapter = { seek };

export function installSeekEvent(): void {
  tellTime(0);
}

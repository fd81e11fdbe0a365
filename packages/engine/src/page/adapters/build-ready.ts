import { waitUntil } from "../awaited.ts";
import { type Adapter, listed } from "./adapter.ts";

declare global {
  interface Window {
    __hfTimelinesBuilding?: boolean;
    __hfMapbox?: unknown;
    __hfMaplibre?: unknown;
    __hfLeaflet?: unknown;
    __hfGoogleMaps?: unknown;
    __hfD3?: unknown;
  }
}

/** Calls a method that takes a callback, and resolves when that is called. */
function called(target: object, method: string, ...before: unknown[]): Promise<void> {
  return new Promise((resolve) => {
    const found: unknown = Reflect.get(target, method);
    if (typeof found === "function") Reflect.apply(found, target, [...before, () => resolve()]);
    else resolve();
  });
}

function loaded(map: object): Promise<void> {
  const isLoaded: unknown = Reflect.get(map, "loaded");
  const done = typeof isLoaded === "function" && Reflect.apply(isLoaded, map, []) === true;
  return done ? Promise.resolve() : called(map, "on", "load");
}

async function ended(transition: object): Promise<void> {
  const end: unknown = Reflect.get(transition, "end");
  if (typeof end === "function") await Reflect.apply(end, transition, []);
}

/** Lists that pages fill with what the first frame has to wait for, and how each says that it is done. */
const LISTS = {
  __hfMapbox: loaded,
  __hfMaplibre: loaded,
  __hfLeaflet: (map: object) => called(map, "whenReady"),
  __hfGoogleMaps: (map: object) => called(map, "addListener", "tilesloaded"),
  __hfD3: ended,
} as const;

const awaited = new WeakSet<object>();

function awaitOnce(item: object, label: string, begin: () => PromiseLike<unknown>): void {
  if (awaited.has(item)) return;
  awaited.add(item);
  waitUntil(begin(), label);
}

function isPromise(value: unknown): value is PromiseLike<unknown> {
  return typeof value === "object" && value !== null && "then" in value && typeof value.then === "function";
}

/** What a page declares to be still in the making: `__hf.buildReady`, timelines, maps. */
export const buildReady: Adapter = {
  pending: () => {
    for (const [name, promise] of Object.entries(window.__hf?.buildReady ?? {})) {
      if (isPromise(promise)) awaitOnce(promise, `window.__hf.buildReady.${name}`, () => promise);
    }
    for (const [name, wait] of Object.entries(LISTS)) {
      for (const item of listed(Reflect.get(window, name)))
        awaitOnce(item, `window.${name}`, () => wait(item));
    }
    return window.__hfTimelinesBuilding === true ? ["window.__hfTimelinesBuilding"] : [];
  },
};

import { isTimeline } from "../timeline.ts";
import type { Instance } from "./instance.ts";
import { type Queries, scopedDocument, withOverrides } from "./scoped-document.ts";
import { scopedGsap } from "./scoped-gsap.ts";

/** The globals of a nested composition's scripts. */
export interface ScopedGlobals {
  readonly document: Document;
  readonly window: Window & typeof globalThis;
  readonly __hyperframes: object;
  readonly __timelines: object;
}

/**
 * Where an instance's scripts register. Every instance keeps its own, for several may use one name; the document's
 * scripts find the last one of each name.
 */
function scopedRegistry(instance: Instance): object {
  const own = instance.timelines;
  const registry = (): Record<string, unknown> => (window.__timelines ??= {});
  const add = (name: string, value: unknown): void => {
    registry()[name] = value;
    if (isTimeline(value)) own.set(name, value);
    else own.delete(name);
  };
  return new Proxy(
    {},
    {
      get: (_target, name) =>
        (typeof name === "string" ? own.get(name) : undefined) ?? (Reflect.get(registry(), name) as unknown),
      set: (_target, name, value) => {
        if (typeof name === "string") add(name, value);
        return true;
      },
      has: (_target, name) => name in registry(),
      deleteProperty: (_target, name) => {
        if (typeof name === "string") own.delete(name);
        return Reflect.deleteProperty(registry(), name);
      },
      ownKeys: () => Reflect.ownKeys(registry()),
      getOwnPropertyDescriptor: (_target, name) => {
        const value: unknown = Reflect.get(registry(), name);
        return name in registry()
          ? { value, writable: true, enumerable: true, configurable: true }
          : undefined;
      },
    },
  );
}

/** Gives each instance's scripts the document, the variables and the timelines of that instance. */
export function scopeGlobals(instance: Instance, queries: Queries): ScopedGlobals {
  const scoped = scopedDocument(queries);
  const timelines = scopedRegistry(instance);
  const hyperframes = withOverrides(window.__hyperframes ?? {}, {
    getVariables: () => () => ({ ...instance.variables }),
  });
  /** `window.__timelines = {…}` adds to what is there, and `window.__timelines ||= {}` changes nothing. */
  const assignTimelines = (name: PropertyKey, value: unknown): boolean => {
    if (name !== "__timelines") return false;
    if (value !== timelines && typeof value === "object" && value !== null) Object.assign(timelines, value);
    return true;
  };
  const scopedWindow: Window & typeof globalThis = withOverrides(
    window,
    {
      document: () => scoped,
      gsap: () => gsapFor(queries),
      window: () => scopedWindow,
      self: () => scopedWindow,
      globalThis: () => scopedWindow,
      __timelines: () => timelines,
      __hyperframes: () => hyperframes,
    },
    assignTimelines,
  );
  return { document: scoped, window: scopedWindow, __hyperframes: hyperframes, __timelines: timelines };
}

/** As it is when it is asked for: a script of the file may be what brings it. */
export function gsapFor(queries: Queries): unknown {
  const { gsap } = window;
  return gsap ? scopedGsap(gsap, queries) : gsap;
}

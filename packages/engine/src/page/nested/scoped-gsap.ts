import type { Queries } from "./scoped-document.ts";
import { withOverrides } from "./scoped-document.ts";

type Method = (...args: unknown[]) => unknown;

/** GSAP's functions whose first argument says which elements are meant. */
const TARGETED = [
  "to",
  "from",
  "fromTo",
  "set",
  "quickTo",
  "quickSetter",
  "getProperty",
  "getTweensOf",
  "killTweensOf",
  "isTweening",
];
const OF_TIMELINES = ["to", "from", "fromTo", "set", "getTweensOf", "killTweensOf"];

/** Elements instead of the selectors that stand for them. */
function resolve(target: unknown, queries: Queries): unknown {
  if (typeof target === "string") return queries.all(target);
  if (!Array.isArray(target)) return target;
  return target.flatMap((item: unknown) => (typeof item === "string" ? queries.all(item) : [item]));
}

function method(target: object, name: string): Method | undefined {
  const value: unknown = Reflect.get(target, name);
  return typeof value === "function" ? (...args) => Reflect.apply(value, target, args) as unknown : undefined;
}

/** The named methods, with their first argument resolved. */
function targeted(target: object, names: readonly string[], queries: Queries): Record<string, () => Method> {
  const entries = names.flatMap((name) => {
    const original = method(target, name);
    if (!original) return [];
    const scoped: Method = (first, ...rest) => original(resolve(first, queries), ...rest);
    return [[name, () => scoped] as const];
  });
  return Object.fromEntries(entries);
}

/** A timeline is the library's own object, so that it can stand in other timelines; its methods are replaced on it. */
function scopeTimeline(timeline: unknown, queries: Queries): unknown {
  if (typeof timeline !== "object" || timeline === null) return timeline;
  for (const [name, get] of Object.entries(targeted(timeline, OF_TIMELINES, queries))) {
    Reflect.set(timeline, name, get());
  }
  return timeline;
}

function scopedUtils(utils: object, queries: Queries): object {
  const toArray = method(utils, "toArray");
  return withOverrides(utils, {
    toArray: () => (first: unknown, scope?: unknown) =>
      scope === undefined ? toArray?.(resolve(first, queries)) : toArray?.(first, scope),
    selector: () => (base: unknown) => (selector: string) => {
      const within = typeof base === "string" ? queries.all(base)[0] : base;
      return queries.all(selector).filter((element) => !(within instanceof Node) || within.contains(element));
    },
  });
}

/** GSAP as a nested composition's scripts see it: selectors find elements of its own instance. */
export function scopedGsap(gsap: object, queries: Queries): object {
  const timeline = method(gsap, "timeline");
  const utils: unknown = Reflect.get(gsap, "utils");
  return withOverrides(gsap, {
    ...targeted(gsap, TARGETED, queries),
    ...(timeline && { timeline: () => (vars: unknown) => scopeTimeline(timeline(vars), queries) }),
    ...(typeof utils === "object" && utils !== null && { utils: () => scopedUtils(utils, queries) }),
  });
}

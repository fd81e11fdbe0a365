import type { Instance } from "./instance.ts";
import { ROOT_ID, type Scope, scriptSelector } from "./scope.ts";

/** What a script of a nested composition finds by a selector: elements of its own instance. */
export interface Queries {
  readonly all: (selector: string) => Element[];
  readonly byId: (id: string) => Element | null;
}

/** The host itself counts as part of the composition. */
export function makeQueries({ host, rootId }: Pick<Instance, "host" | "rootId">, scope: Scope): Queries {
  return {
    // Asked of the document, so that a selector may begin outside, as a page's own would.
    all: (selector) =>
      [...document.querySelectorAll(scriptSelector(selector, scope))].filter((element) =>
        host.contains(element),
      ),
    byId: (id) => {
      if (id === rootId) return host.querySelector(`[${ROOT_ID}="${CSS.escape(id)}"]`);
      return host.id === id ? host : host.querySelector(`#${CSS.escape(id)}`);
    },
  };
}

/** Functions keep the object that they belong to: a proxy is no document. */
function boundTo(target: object, value: unknown): unknown {
  const isMethod = typeof value === "function" && !("prototype" in value && value.prototype !== undefined);
  // One that carries properties is a library, not a method.
  if (!isMethod || Object.keys(value).length > 0) return value;
  return (...args: unknown[]): unknown => Reflect.apply(value, target, args);
}

/** An object that answers some names itself, and everything else as the original does. */
export function withOverrides<T extends object>(
  target: T,
  overrides: Readonly<Record<string, () => unknown>>,
  onSet?: (name: PropertyKey, value: unknown) => boolean,
): T {
  return new Proxy(target, {
    get: (_target, name) => {
      const override =
        typeof name === "string" && Object.hasOwn(overrides, name) ? overrides[name] : undefined;
      return override ? override() : boundTo(target, Reflect.get(target, name, target));
    },
    set: (_target, name, value) => onSet?.(name, value) === true || Reflect.set(target, name, value, target),
  });
}

/** The document as a nested composition's scripts see it. */
export function scopedDocument(queries: Queries): Document {
  const querySelector = (selector: string): Element | null => queries.all(selector)[0] ?? null;
  return withOverrides(document, {
    querySelector: () => querySelector,
    querySelectorAll: () => (selector: string) => queries.all(selector),
    getElementById: () => queries.byId,
    getElementsByClassName: () => (names: string) =>
      queries.all(
        names
          .trim()
          .split(/\s+/)
          .map((name) => `.${CSS.escape(name)}`)
          .join(""),
      ),
    getElementsByTagName: () => (name: string) => queries.all(name),
  });
}

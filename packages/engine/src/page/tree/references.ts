import { enclosingInstance } from "../nested/instance.ts";

/** What a start may refer to: an element's id, or a composition's. */
function selectors(id: string): string[] {
  const escaped = CSS.escape(id);
  return [`#${escaped}`, `[data-composition-id="${escaped}"]`, `[data-framewright-id="${escaped}"]`];
}

/**
 * The element that a start refers to, as seen from the element that refers to it: one of the same nested composition
 * comes first, for its file may be there more than once.
 */
export function findReferenced(id: string, from: Element): Element | null {
  for (let instance = enclosingInstance(from.parentElement); instance;) {
    const { host } = instance;
    for (const selector of selectors(id)) {
      const found = host.querySelector(selector);
      if (found) return found;
    }
    instance = enclosingInstance(host.parentElement);
  }
  const byId = document.getElementById(id);
  if (byId) return byId;
  return document.querySelector(selectors(id).slice(1).join(", "));
}

import { connectedInstances, type Instance } from "../nested/instance.ts";
import { isTimeline, onePassSeconds, type Timeline } from "../timeline.ts";
import { rootComposition, rootElement } from "./root.ts";

/** A timeline with the name that the page registered it by. */
export interface Registered {
  readonly id: string;
  readonly timeline: Timeline;
  /** Whose scripts registered it; null for the document's own. */
  readonly instance: Instance | null;
}

/** A page's first script may register without asking whether there is a place for it. */
export function installRegistry(): void {
  window.__timelines = {};
}

/** Everything that the page has registered by now. */
export function registeredTimelines(): Registered[] {
  const nested = connectedInstances().flatMap((instance) =>
    [...instance.timelines].map(([id, timeline]) => ({ id, timeline, instance })),
  );
  const taken = new Set(nested.map(({ timeline }) => timeline));
  const own = Object.entries(window.__timelines ?? {}).flatMap(([id, timeline]) =>
    isTimeline(timeline) && !taken.has(timeline) ? [{ id, timeline, instance: null }] : [],
  );
  return [...own, ...nested];
}

function idOf(element: Element): string | null {
  return element.getAttribute("data-composition-id");
}

/** Whether a name stands for some composition of the document other than the root. */
function namesNested(id: string, root: Element): boolean {
  return [...document.querySelectorAll(`[data-composition-id="${CSS.escape(id)}"]`)].some(
    (element) => element !== root,
  );
}

/** The outermost composition's timeline: the one of its name, or the only one that has no other composition. */
export function rootTimeline(registered = registeredTimelines()): Registered | undefined {
  const root = rootElement();
  const own = registered.filter(({ instance }) => instance === null);
  const named = own.find(({ id }) => id === idOf(root));
  if (named) return named;
  const [only] = own;
  return own.length === 1 && only && !namesNested(only.id, root) ? only : undefined;
}

/** A registered name that is no composition's: its timeline may have been meant for one that is spelled otherwise. */
export function isUnbound({ id, instance }: Registered): boolean {
  const root = rootComposition();
  if (root === null || instance !== null || id === idOf(root)) return false;
  return !namesNested(id, root);
}

/** Changes whenever a timeline is registered or its length is another. */
export function registryState(): string {
  return registeredTimelines()
    .map(({ id, timeline, instance }) => `${instance?.depth ?? ""}/${id}=${onePassSeconds(timeline) ?? ""}`)
    .join(";");
}

import type { Timeline } from "../timeline.ts";

/** One use of a nested composition's file: the same file may be there many times. */
export interface Instance {
  readonly host: HTMLElement;
  /** The file, relative to the project's root. */
  readonly file: string;
  /** How many hosts it lies within. */
  readonly depth: number;
  /** The files around it, itself included, outermost first. */
  readonly ancestry: readonly string[];
  /** The ids that its scripts may call it by: its host's, and the one in the file. */
  readonly ids: ReadonlySet<string>;
  /** The `id` of the file's root element, which would be there twice if the file were. */
  readonly rootId: string | null;
  readonly variables: Readonly<Record<string, unknown>>;
  /** What its scripts have registered. */
  readonly timelines: Map<string, Timeline>;
  /** Whether one of its scripts means to register a timeline. */
  readonly isTimed: boolean;
}

const instances = new Map<Element, Instance>();

export function addInstance(instance: Instance): void {
  instances.set(instance.host, instance);
}

/** Those whose hosts are in the document. */
export function connectedInstances(): Instance[] {
  return [...instances.values()].filter(({ host }) => host.isConnected);
}

export function instanceOf(host: Element): Instance | undefined {
  return instances.get(host);
}

/** The innermost instance that an element lies in, its host included. */
export function enclosingInstance(element: Element | null): Instance | undefined {
  const host = element?.closest("[data-composition-file]");
  if (!host) return undefined;
  return instances.get(host) ?? enclosingInstance(host.parentElement);
}

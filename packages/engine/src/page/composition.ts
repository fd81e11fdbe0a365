/** The part of a GSAP timeline that is used; other libraries' timelines fit when they have it. */
export interface Timeline {
  pause?(): unknown;
  seek(seconds: number, suppressEvents?: boolean): unknown;
  duration?(): unknown;
  totalDuration?(): unknown;
  repeat?(): unknown;
  getChildren?(nested: boolean, tweens: boolean, timelines: boolean): Timeline[];
  targets?(): unknown[];
}

/** A composition that steers itself. */
interface SelfSeeking {
  duration?: unknown;
  seek?(seconds: number): unknown;
  ready?: PromiseLike<unknown>;
  /** What is still in the making, by name. */
  buildReady?: Readonly<Record<string, unknown>>;
}

declare global {
  interface Window {
    __timelines?: Record<string, Timeline>;
    __hf?: SelfSeeking;
    gsap?: { ticker?: { lagSmoothing?(threshold: number): void; tick?(): void } };
  }
}

const COMPOSITION = "[data-composition-id]";

/** The outermost composition, or the element that declares a length when none is named. */
export function rootElement(): Element {
  return (
    document.querySelector(COMPOSITION) ??
    document.querySelector("[data-duration]:not([data-start])") ??
    document.documentElement
  );
}

function isTimeline(value: unknown): value is Timeline {
  return typeof value === "object" && value !== null && "seek" in value && typeof value.seek === "function";
}

/** The registered timelines, by composition id. */
export function timelines(): [string, Timeline][] {
  return Object.entries(window.__timelines ?? {}).filter((entry): entry is [string, Timeline] =>
    isTimeline(entry[1]),
  );
}

export function rootTimeline(): Timeline | undefined {
  const registered = timelines();
  const id = rootElement().getAttribute("data-composition-id");
  return (
    registered.find(([key]) => key === id) ?? (registered.length === 1 ? registered[0] : undefined)
  )?.[1];
}

/** Elements that show only during their time: `data-start`, `data-duration`, `data-track-index`. */
export function clips(): HTMLElement[] {
  const root = rootElement();
  return [...document.querySelectorAll<HTMLElement>("[data-start]")].filter((element) => element !== root);
}

/** Something of a page that has to be told the time: a library's players, a list that pages fill, an event. */
export interface Adapter {
  /** Brings it to a time of the composition, in seconds. The frame waits for what is returned. */
  readonly seek?: (seconds: number) => void | Promise<void>;
  /** Seconds after which its content has ended, if it knows. */
  readonly durationSeconds?: () => number | null;
  /** What the page still waits for because of it, named for a person. */
  readonly pending?: () => string[];
}

/** The objects of a list that a page fills, such as `window.__hfLottie`. */
export function listed(list: unknown): object[] {
  return Array.isArray(list) ? list.filter((item) => typeof item === "object" && item !== null) : [];
}

/** Calls a method if it is there. What it throws is reported as the page's own error and stops no other one. */
export function tell(target: object, method: string, ...args: unknown[]): void {
  const found: unknown = Reflect.get(target, method);
  if (typeof found !== "function") return;
  try {
    Reflect.apply(found, target, args);
  } catch (error) {
    reportError(error);
  }
}

export function numberOf(target: object, key: string): number | null {
  const value: unknown = Reflect.get(target, key);
  return typeof value === "number" && Number.isFinite(value) ? value : null;
}

/** The longest of some lengths, in seconds; null without any. */
export function longest(lengths: readonly (number | null)[]): number | null {
  const known = lengths.filter((length) => length !== null).filter((length) => length > 0);
  return known.length > 0 ? Math.max(...known) : null;
}

import type { ChildOptions } from "./options.ts";

export type Limits = Required<
  Pick<ChildOptions, "maxTasks" | "maxAgeMs" | "maxMemoryBytes" | "killMemoryBytes">
>;

/** What a child has done and costs so far. */
export interface Wear {
  readonly tasksDone: number;
  readonly ageMs: number;
  /** Undefined while nobody has looked, and elsewhere than on Linux. */
  readonly memoryBytes: number | undefined;
}

const BYTES_PER_MIB = 1024 * 1024;

/** Why a child must be replaced before its next task; undefined when it need not. */
export function wornOut(wear: Wear, limits: Limits): string | undefined {
  if (wear.tasksDone >= limits.maxTasks) return `It had done the ${limits.maxTasks} tasks allowed.`;
  if (wear.ageMs >= limits.maxAgeMs) return `It was older than the ${limits.maxAgeMs} ms allowed.`;
  return excess(wear.memoryBytes, limits.maxMemoryBytes);
}

/** Why a child must be killed, whatever it does; undefined when it need not. */
export function excess(memoryBytes: number | undefined, limitBytes: number): string | undefined {
  if (memoryBytes === undefined || memoryBytes <= limitBytes) return undefined;
  return `Its processes held ${inMib(memoryBytes)} MiB of the ${inMib(limitBytes)} MiB allowed.`;
}

const inMib = (bytes: number): number => Math.round(bytes / BYTES_PER_MIB);

import type { Limits } from "./limits.ts";
import { createMemoryMeter, type MemoryReading, shareOf } from "./memory-meter.ts";
import type { SupervisedChild } from "./supervised-child.ts";
import { within } from "./within.ts";

const COMPARE_TIMEOUT_MS = 1_000;

export interface ChildWatch {
  /** Looks at a child whose task is over: what it had started for the task, and the last look saw, may be gone. */
  lookAt(child: SupervisedChild): void;
  close(): void;
}

interface Suspect {
  readonly child: SupervisedChild;
  readonly reading: MemoryReading;
}

/** Looks at the memory and the age of all children once per interval; without children at nothing. */
export function startChildWatch(
  children: ReadonlySet<SupervisedChild>,
  intervalMs: number,
  limits: Limits,
): ChildWatch {
  const measure = createMemoryMeter();
  const lowestBytes = Math.min(limits.maxMemoryBytes, limits.killMemoryBytes);
  let isComparing = false;
  let isLate = false;

  /** The share of a hung process may never be told: one question at a time holds up one thread at most. */
  async function compare(suspects: readonly Suspect[]): Promise<void> {
    isComparing = true;
    for (const { child, reading } of suspects) {
      const share = shareOf(reading.pids);
      isLate = !(await within(share, COMPARE_TIMEOUT_MS));
      child.review(isLate ? reading.bytes : await share);
      await share;
    }
    isComparing = false;
    isLate = false;
  }

  function look(): void {
    const held = measure(new Set([...children].flatMap(({ pid }) => pid ?? [])));
    const suspects: Suspect[] = [];
    for (const child of children) {
      const reading = held.get(child.pid ?? 0);
      const isSuspect = reading !== undefined && reading.bytes > lowestBytes;
      if (isSuspect && !isLate) suspects.push({ child, reading });
      else child.review(reading?.bytes);
    }
    if (!isComparing && suspects.length > 0) void compare(suspects);
  }

  function lookAt(child: SupervisedChild): void {
    const { pid, memoryBytes } = child.snapshot();
    if (pid === undefined || lowestBytes === Infinity) return child.review(memoryBytes);
    const bytes = measure(new Set([pid])).get(pid)?.bytes;
    // Either is an upper bound: the counters count shared pages for each who shares them.
    child.review(bytes === undefined ? undefined : Math.min(bytes, memoryBytes ?? bytes));
  }

  const timer = setInterval(look, intervalMs).unref();
  return { lookAt, close: () => clearInterval(timer) };
}

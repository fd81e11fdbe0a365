import { expect, type TestContext } from "vitest";

declare module "vitest" {
  interface TaskMeta {
    /** How long the recovery from a fault took, in milliseconds. */
    recoveryMs?: number;
    /** Within what time it must be over, in milliseconds. */
    boundMs?: number;
  }
}

/** Notes how long a recovery took, for the table of faults, and fails when it took longer than it may. */
export function expectRecovery({ task }: TestContext, recoveryMs: number, boundMs: number): void {
  task.meta.recoveryMs = Math.round(recoveryMs);
  task.meta.boundMs = boundMs;
  expect(recoveryMs).toBeLessThanOrEqual(boundMs);
}

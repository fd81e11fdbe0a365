import { isProblemError, ProblemError } from "@framewright/contract";

import type { Page } from "../browser/page.ts";

/** A page whose scripts run answers at once, whatever it waits for. */
const ANSWER_MS = 1_000;

async function busyWith(page: Page): Promise<string[]> {
  const names = await page.evaluate("__framewright.busyWith()", Date.now() + ANSWER_MS);
  return Array.isArray(names) ? names.map(String) : [];
}

/**
 * Evaluates a step of the page. One that does not end is looked into: scripts that do not return are something else
 * than a promise that does not settle.
 * @throws ProblemError `frame-unfinished`, `page-unresponsive`, `page-script-failed`
 */
export async function evaluateStep(
  page: Page,
  expression: string,
  frame: number,
  deadline: number,
): Promise<unknown> {
  const startedAt = Date.now();
  try {
    return await page.evaluate(expression, deadline);
  } catch (error) {
    if (!isProblemError(error) || error.code !== "page-unresponsive") throw error;
    const pending = await busyWith(page).catch(() => {
      throw error;
    });
    const seconds = Math.round((Date.now() - startedAt) / 1_000);
    const what = pending.slice(0, 3).join(", ") || "its scripts";
    throw new ProblemError("frame-unfinished", `After ${seconds} s frame ${frame} still waits for ${what}.`, {
      evidence: { pending: pending.slice(0, 20), console: page.console.tail() },
    });
  }
}

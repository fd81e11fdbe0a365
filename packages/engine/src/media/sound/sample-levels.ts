import { type Composition, untilComplete } from "../../composition.ts";
import { evaluateStep } from "../../capture/step-page.ts";
import type { GainPoint, SoundLevels } from "../../page-protocol.ts";
import type { PageSource, TaskContext } from "../../tasks.ts";

/** Frames that a page is stepped through in one call. */
const BATCH = 50;

function isLevels(value: unknown): value is SoundLevels[] {
  return Array.isArray(value) && value.every((each) => typeof each === "object" && each !== null);
}

/** Steps a page through its frames up to one, and says how loud each element was at them, by its selector. */
export async function sampleLevels(
  { page, frames, ...composition }: Composition,
  endFrame: number,
  { frameTimeoutMs }: PageSource,
  { signal }: Pick<TaskContext, "signal">,
  onProgress: () => void,
): Promise<Map<string, readonly GainPoint[]>> {
  const deadlineOf = (): number => Date.now() + frameTimeoutMs;
  await page.evaluate("__framewright.recordLevels()", deadlineOf());
  for (let next = 0; next < endFrame;) {
    signal.throwIfAborted();
    const deadline = deadlineOf();
    const until = Math.min(next + BATCH, endFrame) - 1;
    const reached = Number(await evaluateStep(page, `__framewright.skipTo(${until})`, until, deadline));
    await untilComplete({ page, frames, ...composition }, reached, deadline);
    await frames.step(reached, deadline);
    onProgress();
    next = reached + 1;
  }
  const levels = await page.evaluate("__framewright.recordedLevels()", deadlineOf());
  return new Map(isLevels(levels) ? levels.map(({ selector, points }) => [selector, points]) : []);
}

import type { Progress } from "@framewright/contract";

import { plain } from "./plain.ts";
import { formatWait } from "./units.ts";

const BAR_CELLS = 24;

/** How much is done, from 0 to 1; null before the plan is known. */
export function fractionOf({ framesDone, framesTotal }: Progress): number | null {
  if (framesTotal === null || framesTotal <= 0) return null;
  return Math.min(1, Math.max(0, framesDone / framesTotal));
}

function bar(fraction: number): string {
  const full = Math.floor(fraction * BAR_CELLS);
  return "█".repeat(full) + "░".repeat(BAR_CELLS - full);
}

function facts(progress: Progress): string[] {
  const { framesDone, framesTotal, framesPerSecond, secondsLeft, waitingFor, queuePosition } = progress;
  const found: string[] = [];
  if (queuePosition !== null) found.push(`${queuePosition} ahead`);
  if (framesTotal !== null) found.push(`${framesDone}/${framesTotal} frames`);
  if (framesPerSecond !== null) found.push(`${framesPerSecond.toFixed(1)} frames/s`);
  if (secondsLeft !== null) found.push(`${formatWait(secondsLeft)} left`);
  if (waitingFor !== null) found.push(`waiting for ${plain(waitingFor)}`);
  return found;
}

/** "capture   42 %  76/180 frames  31.2 frames/s  4 s left", with a bar where asked. */
export function progressText(progress: Progress, withBar: boolean): string {
  const parts = [progress.stage.padEnd(8)];
  const fraction = fractionOf(progress);
  if (fraction !== null) {
    if (withBar) parts.push(bar(fraction));
    parts.push(`${Math.floor(fraction * 100)} %`.padStart(5));
  }
  return [...parts, ...facts(progress)].join("  ").trimEnd();
}

import type { LeadIn } from "../page-protocol.ts";
import { syncAnimations } from "./animations.ts";
import { advance } from "./clock.ts";
import { isDeclared } from "./declarations.ts";
import { hasFrameCallbacks } from "./frame-callbacks.ts";
import { hold } from "./time.ts";
import { hasTimers } from "./timers.ts";

/** Steps of the lead-in: a display's usual rate. */
const STEPS_PER_SECOND = 60;
const MAX_STEPS = 600;

let steps = 0;

/** Virtual time that passed before frame 0, in milliseconds. */
export function leadInMs(): number {
  return (steps * 1_000) / STEPS_PER_SECOND;
}

/**
 * Lets time pass before frame 0, for a page that has not declared itself or awaits what needs time. Animations stand
 * at their beginning meanwhile, unless there is nothing else that could bring what is awaited.
 */
export async function leadIn(isAwaited: boolean, isLengthGiven: boolean): Promise<LeadIn> {
  const isUndeclared = !isLengthGiven && window.parent === window && !isDeclared();
  if (!isAwaited && (!isUndeclared || steps >= MAX_STEPS)) return "ready";
  if (steps >= MAX_STEPS) return "stands";
  const before = leadInMs();
  steps++;
  if (hasTimers() || hasFrameCallbacks()) hold(leadInMs() - before);
  await advance(leadInMs(), async () => syncAnimations());
  syncAnimations();
  return "moved";
}

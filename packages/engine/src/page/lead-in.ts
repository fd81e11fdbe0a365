import type { LeadIn } from "../page-protocol.ts";
import { moveAnimations, syncAnimations } from "./animations.ts";
import { startAudio } from "./audio.ts";
import { advance } from "./clock.ts";
import { readiness } from "./declarations.ts";
import { hasFrameCallbacks } from "./frame-callbacks.ts";
import { syncSvgs } from "./smil.ts";
import { hold } from "./time.ts";
import { hasTimers } from "./timers.ts";

/** Steps of the lead-in: a display's usual rate. */
const STEPS_PER_SECOND = 60;
const MAX_STEPS = 600;
/** For a page that says how long it is, and whose scripts mean to register a timeline or a player later. */
const MAX_STEPS_FOR_REGISTRATION = 180;

let steps = 0;

/** Virtual time that passed before frame 0, in milliseconds. */
export function leadInMs(): number {
  return (steps * 1_000) / STEPS_PER_SECOND;
}

/** Whether time may still bring what the page has not declared. */
function isUndeclared(isLengthGiven: boolean): boolean {
  // A frame in the page has no length of its own.
  if (window.parent !== window) return false;
  const state = readiness();
  if (state === "awaiting-registration") return steps < MAX_STEPS_FOR_REGISTRATION;
  return state === "undeclared" && !isLengthGiven && steps < MAX_STEPS;
}

/**
 * Lets time pass before frame 0, for a page that has not declared itself or awaits what needs time. Animations stand
 * at their beginning meanwhile, unless there is nothing else that could bring what is awaited.
 */
export async function leadIn(isAwaited: boolean, isLengthGiven: boolean): Promise<LeadIn> {
  if (!isAwaited && !isUndeclared(isLengthGiven)) return "ready";
  if (steps >= MAX_STEPS) return "stands";
  startAudio();
  const before = leadInMs();
  steps++;
  if (hasTimers() || hasFrameCallbacks()) hold(leadInMs() - before);
  await advance(leadInMs(), async () => moveAnimations());
  syncAnimations();
  syncSvgs();
  return "moved";
}

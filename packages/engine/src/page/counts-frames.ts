import { frameCallbacks } from "./frame-callbacks.ts";
import { hasTimers } from "./timers.ts";

/** GSAP's ticker asks for every frame while it is awake; it moves GSAP's own root, and whatever else listens. */
function isTickerAlone(): boolean {
  const listeners = window.gsap?.ticker?._listeners;
  return Array.isArray(listeners) && listeners.length === 1;
}

/**
 * Whether something in the page may keep count of its frames, or of what passes in between: timers, callbacks of frames,
 * media that play. What does not is brought to any time at once.
 */
export function countsFrames(): boolean {
  if (hasTimers() || document.querySelector("video, audio") !== null) return true;
  const callbacks = frameCallbacks();
  return callbacks > 1 || (callbacks === 1 && !isTickerAlone());
}

import { native } from "./native.ts";
import { replaceMethod } from "./replace.ts";

/** Pages that wait for the start of an AudioContext. */
const waiting: (() => void)[] = [];

/**
 * An AudioContext waits for a gesture that nobody makes here: its clock stands at 0, and what a page begins with it does
 * not begin, as in any browser. A frame that waits for it goes on by `startAudio`.
 */
export function installAudio(): void {
  replaceMethod(
    AudioContext.prototype,
    "resume",
    () => new native.Promise<void>((resolve) => void waiting.push(resolve)),
  );
}

/** Lets those go on that wait for an AudioContext: otherwise what waits for them would do so for ever. */
export function startAudio(): void {
  for (const resolve of waiting.splice(0)) resolve();
}

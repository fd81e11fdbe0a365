import type { Adapter } from "./adapter.ts";

let ticked = false;

/**
 * GSAP puts off what a tween shows first until its ticker has ticked, and that does not tick at the very start of time.
 * Without a tick, the first frame would show a page as it is once its `from` tweens are over.
 */
export const selfRunningGsap: Adapter = {
  seek: () => {
    const ticker = window.gsap?.ticker;
    // GSAP takes a long step for a hiccup; here every step is as long as it is meant to be.
    ticker?.lagSmoothing?.(0);
    if (ticked || !ticker) return;
    ticked = true;
    ticker.tick?.();
  },
};

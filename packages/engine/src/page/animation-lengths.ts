import { endMs } from "./animations.ts";
import { describeElement } from "./describe-element.ts";
import { allAnimations } from "./roots.ts";

/** The longest animation's end, in seconds: finite ones first, Infinity when all are endless, null without any. */
export function longestAnimationSeconds(): number | null {
  const ends = allAnimations().map(endMs);
  const finite = ends.filter((end) => Number.isFinite(end) && end > 0);
  if (finite.length > 0) return Math.max(...finite) / 1000;
  return ends.includes(Infinity) ? Infinity : null;
}

/** Animations without an end, described for a person. */
export function endlessAnimations(): string[] {
  return allAnimations()
    .filter((animation) => endMs(animation) === Infinity)
    .map((animation) => {
      const effect = animation.effect;
      const target = effect instanceof KeyframeEffect ? describeElement(effect.target) : "an element";
      const name =
        animation instanceof CSSAnimation ? `CSS animation "${animation.animationName}"` : "animation";
      return `the ${name} of ${target} repeats for ever`;
    });
}

import { type Fps, framesToSeconds, type FrameSpan, type Warning } from "@framewright/contract";
import { type BlankStretch, joinStretches } from "@framewright/engine";

import type { ChunkFindings } from "./chunk-findings.ts";

/** What a render shows, as far as it is known. */
export interface Shown {
  readonly span: FrameSpan;
  readonly fps: Fps;
  /** In the order of their frames; chunks of an older version have none. */
  readonly chunks: readonly ChunkFindings[];
}

/** At the video's ends, a second of nothing is a pause for breath. */
const PAUSE_SECONDS = 1;
/** In between, it takes less, the nearer it is to a clip that came too late, or went too early. */
const GAP_SECONDS = 1;
const GAP_AT_BORDER_SECONDS = 0.5;
/** A picture may stand still for so long, whatever moves before and after. */
const STILL_SECONDS = 1;
const MAX_STRETCHES = 10;

function framesOf({ startFrame, endFrame }: FrameSpan): number {
  return endFrame - startFrame;
}

export function stretchesOf({ chunks }: Shown): BlankStretch[] {
  return joinStretches(chunks.flatMap(({ picture }) => picture.blank));
}

/** Whether every frame is known to be of one colour. */
export function isBlank(shown: Shown): boolean {
  const blank = stretchesOf(shown).reduce((sum, stretch) => sum + framesOf(stretch), 0);
  return blank === framesOf(shown.span);
}

function isKnown({ span, chunks }: Shown): boolean {
  return chunks.reduce((sum, { picture }) => sum + framesOf(picture), 0) === framesOf(span);
}

/** Whether every frame is known to be the same picture. */
function isStill(shown: Shown): boolean {
  const names = new Set(shown.chunks.flatMap(({ picture }) => [picture.first, picture.last]));
  return isKnown(shown) && names.size === 1 && shown.chunks.every(({ picture }) => picture.changes === 0);
}

function blankWarning(shown: Shown): Warning {
  const colours = [...new Set(stretchesOf(shown).map(({ colour }) => colour))];
  const which = colours.length === 1 ? `the colour ${colours[0]}` : "one colour";
  return {
    code: "picture-blank",
    severity: "error",
    message: `Every frame is of ${which} all over: nothing else is drawn.`,
    remedy: "Look for scripts, styles and files that are missing, and for what hides or covers the rest.",
    frames: shown.span,
    measured: { colours: colours.slice(0, 3).join(", "), frames: framesOf(shown.span) },
  };
}

function stillWarning({ span, fps, chunks }: Shown): Warning {
  const motion = [...new Set(chunks.flatMap(({ inspection }) => inspection.motion))];
  return {
    code: "picture-still",
    severity: "warning",
    message: `The picture never changes, though the page declares ${motion.join(" and ")}.`,
    remedy: "See that the animations have elements to move, and run within the video's time.",
    frames: span,
    measured: { frames: framesOf(span), seconds: framesToSeconds(framesOf(span), fps) },
  };
}

/** Whether a stretch of nothing looks like a mistake. */
function isTold(stretch: BlankStretch, { span, fps }: Shown, borders: ReadonlySet<number>): boolean {
  const seconds = framesToSeconds(framesOf(stretch), fps);
  const isAtEnd = stretch.startFrame === span.startFrame || stretch.endFrame === span.endFrame;
  if (isAtEnd) return seconds > PAUSE_SECONDS;
  const met = [stretch.startFrame, stretch.endFrame].filter((frame) => borders.has(frame)).length;
  if (met === 2) return true;
  return seconds >= (met === 1 ? GAP_AT_BORDER_SECONDS : GAP_SECONDS);
}

function stretchWarning({ startFrame, endFrame, colour }: BlankStretch, { span, fps }: Shown): Warning {
  const frames = { startFrame, endFrame };
  const isAtEnd = startFrame === span.startFrame || endFrame === span.endFrame;
  const seconds = framesToSeconds(framesOf(frames), fps);
  return {
    code: "picture-blank-stretch",
    severity: isAtEnd ? "info" : "warning",
    message: `Frames ${startFrame} to ${endFrame - 1} are of the colour ${colour} all over: nothing else is drawn.`,
    remedy: "See that one clip begins where the other ends, and that what is to be seen there is not hidden.",
    frames,
    measured: { colour, seconds: Math.round(seconds * 1000) / 1000 },
  };
}

function stretchWarnings(shown: Shown): Warning[] {
  const borders = new Set(shown.chunks.flatMap(({ inspection }) => inspection.clipBorders));
  return stretchesOf(shown)
    .filter((stretch) => isTold(stretch, shown, borders))
    .slice(0, MAX_STRETCHES)
    .map((stretch) => stretchWarning(stretch, shown));
}

/** What the frames' pictures tell: nothing drawn, nothing drawn for a while, nothing that moves. */
export function pictureWarnings(shown: Shown): Warning[] {
  if (isBlank(shown)) return [blankWarning(shown)];
  const moves = shown.chunks.some(({ inspection }) => inspection.motion.length > 0);
  const isLong = framesToSeconds(framesOf(shown.span), shown.fps) >= STILL_SECONDS;
  return [...stretchWarnings(shown), ...(moves && isLong && isStill(shown) ? [stillWarning(shown)] : [])];
}

import type { PageFinding } from "../../page-findings.ts";
import { mediaElements } from "../media/media-elements.ts";
import { selectorOf } from "./selector.ts";

const MAX_TOLD = 5;

interface Kind {
  readonly code: string;
  readonly selector: string;
  readonly what: (name: string) => string;
  readonly remedy: string;
}

const KINDS: readonly Kind[] = [
  {
    code: "effect-unsupported",
    selector: "[data-color-grading]",
    what: (name) => `The data-color-grading of ${name} is left out: it shows its own colours.`,
    remedy: "Use a CSS filter, or grade the file itself.",
  },
  {
    code: "effect-unsupported",
    selector: "[data-vfx-chain]",
    what: (name) => `The data-vfx-chain of ${name} is left out: it shows without effects.`,
    remedy: "Use CSS filters, or draw the effect on a canvas.",
  },
  {
    code: "effect-unsupported",
    selector: "[data-fx-chain], [data-automation], hf-audio-group",
    what: (name) => `The effects of ${name} on sound are left out: it is heard without them.`,
    remedy: "Put the effect into the file itself.",
  },
  {
    code: "webgpu-unsupported",
    selector: "[data-requires-webgpu]",
    what: (name) => `${name} requires WebGPU, of which there is none here.`,
    remedy: "Draw with WebGL or a 2D canvas where there is no WebGPU.",
  },
];

function tell({ code, selector, what, remedy }: Kind): PageFinding[] {
  return [...document.querySelectorAll(selector)].slice(0, MAX_TOLD).map((element) => {
    const name = selectorOf(element);
    return { code, severity: "error", message: what(name), remedy, selector: name };
  });
}

/** Whether something may move in a frame that runs no scripts. Into most of them nobody can look. */
function mayMove(frame: Element): boolean {
  const content = frame instanceof HTMLIFrameElement ? frame.contentDocument : null;
  return content === null || content.getAnimations().length > 0;
}

/** Frames that the runtime cannot step. */
function stillFrames(): PageFinding[] {
  const frames = [...document.querySelectorAll("iframe[sandbox]:not([sandbox~=allow-scripts i])")];
  return frames
    .filter(mayMove)
    .slice(0, MAX_TOLD)
    .map((frame) => {
      const name = selectorOf(frame);
      return {
        code: "frame-still",
        severity: "warning",
        message: `${name} is sandboxed without scripts: animations in it stand still.`,
        remedy: 'Add "allow-scripts" to its sandbox attribute.',
        selector: name,
      };
    });
}

/** Sounds that nothing starts: a composition has no gestures. */
function unstartedSounds(): PageFinding[] {
  return mediaElements()
    .filter(
      ({ kind, src, timed, autoplay, muted }) => kind === "audio" && src && !timed && !autoplay && !muted,
    )
    .slice(0, MAX_TOLD)
    .map(({ selector }) => ({
      code: "sound-unstarted",
      severity: "warning",
      message: `${selector} is not heard: nothing says when it starts.`,
      remedy: "Give it data-start in seconds.",
      selector,
    }));
}

/** Elements and attributes of the document that a video cannot follow yet. */
export function unsupportedElements(): PageFinding[] {
  return [...KINDS.flatMap(tell), ...unstartedSounds(), ...stillFrames()];
}

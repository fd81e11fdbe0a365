import { allElements } from "./roots.ts";
import { now } from "./time.ts";

/** The time of an SVG's own animations: the browser's stands still and is set at every step. */
interface Played {
  offsetSeconds: number;
  sinceMs: number;
  isPaused: boolean;
  atMs: number;
}

const played = new WeakMap<SVGSVGElement, Played>();

/* oxlint-disable typescript/unbound-method -- called with an explicit `this` */
const { pauseAnimations, setCurrentTime, getCurrentTime } = SVGSVGElement.prototype;
/* oxlint-enable typescript/unbound-method */

function move(svg: SVGSVGElement, state: Played): void {
  if (state.atMs === now()) return;
  state.atMs = now();
  if (state.isPaused) return;
  setCurrentTime.call(svg, state.offsetSeconds + (now() - state.sinceMs) / 1000);
}

/** The state of an outermost SVG, whose time begins when it is seen first. */
function stateOf(svg: SVGSVGElement): Played {
  const known = played.get(svg);
  if (known) return known;
  const state = { offsetSeconds: 0, sinceMs: now(), isPaused: false, atMs: now() };
  played.set(svg, state);
  pauseAnimations.call(svg);
  setCurrentTime.call(svg, 0);
  return state;
}

/** Brings every SVG's own animations to the present virtual time. */
export function syncSvgs(): void {
  for (const svg of allElements("svg")) {
    if (!svg.ownerSVGElement) move(svg, stateOf(svg));
  }
}

/** The one whose time an element keeps, brought to the present. */
function present(element: SVGElement): { svg: SVGSVGElement; state: Played } | null {
  let svg: SVGElement = element;
  while (svg.ownerSVGElement) svg = svg.ownerSVGElement;
  if (!(svg instanceof SVGSVGElement)) return null;
  const state = stateOf(svg);
  move(svg, state);
  return { svg, state };
}

function goOnFrom(state: Played, offsetSeconds: number): void {
  Object.assign(state, { offsetSeconds, sinceMs: now(), atMs: now() });
}

/** A page pauses, moves and asks for an SVG's time: it is told the virtual one. */
export function installSvgs(): void {
  const { prototype } = SVGSVGElement;
  const setPaused = (svg: SVGSVGElement, isPaused: boolean): void => {
    const at = present(svg);
    if (!at || at.state.isPaused === isPaused) return;
    goOnFrom(at.state, getCurrentTime.call(at.svg));
    at.state.isPaused = isPaused;
  };
  prototype.pauseAnimations = function pause(this: SVGSVGElement) {
    setPaused(this, true);
  };
  prototype.unpauseAnimations = function unpause(this: SVGSVGElement) {
    setPaused(this, false);
  };
  prototype.animationsPaused = function paused(this: SVGSVGElement) {
    return present(this)?.state.isPaused ?? false;
  };
  prototype.getCurrentTime = function time(this: SVGSVGElement) {
    present(this);
    return getCurrentTime.call(this);
  };
  prototype.setCurrentTime = function move(this: SVGSVGElement, seconds: number) {
    setCurrentTime.call(this, seconds);
    const at = present(this);
    if (at) goOnFrom(at.state, Math.max(0, seconds));
  };
  for (const method of ["beginElement", "beginElementAt", "endElement", "endElementAt"] as const) {
    const original = SVGAnimationElement.prototype[method];
    SVGAnimationElement.prototype[method] = function atPresent(this: SVGAnimationElement, ...args: number[]) {
      present(this);
      Reflect.apply(original, this, args);
    };
  }
}

/** A number as an attribute holds it; null for anything else. */
export function finite(text: string | null): number | null {
  if (text === null || text.trim() === "") return null;
  const value = Number(text);
  return Number.isFinite(value) ? value : null;
}

/** When an element starts: at a second of its composition, or some time after another element's end. */
export type StartExpression =
  | { readonly kind: "seconds"; readonly seconds: number }
  | { readonly kind: "after"; readonly id: string; readonly offset: number }
  | { readonly kind: "malformed" };

const REFERENCE = /^(?<id>[\w.:-]+?)(?:\s*(?<sign>[+-])\s*(?<seconds>\d+(?:\.\d+)?|\.\d+))?$/;
const PLAIN_ID = /^[\w.:-]+$/;

/**
 * Reads `data-start`: a number, `id`, `id + 1.5` or `id - 0.5`. An id may itself end in a hyphen and a number, so
 * `scene-1` is asked for as an id first.
 */
export function parseStart(text: string, isId: (id: string) => boolean): StartExpression {
  const trimmed = text.trim();
  const seconds = finite(trimmed);
  if (seconds !== null) return { kind: "seconds", seconds: Math.max(0, seconds) };
  if (PLAIN_ID.test(trimmed) && isId(trimmed)) return { kind: "after", id: trimmed, offset: 0 };
  const { id, sign, seconds: by = "0" } = REFERENCE.exec(trimmed)?.groups ?? {};
  if (id === undefined) return { kind: "malformed" };
  return { kind: "after", id, offset: Number(by) * (sign === "-" ? -1 : 1) };
}

/** Slower or faster than this is taken for a slip of the hand. */
const MIN_RATE = 0.1;
const MAX_RATE = 10;

export function rateOf(element: Element): number {
  const rate = Number.parseFloat(element.getAttribute("data-playback-rate") ?? "");
  return Number.isFinite(rate) && rate > 0 ? Math.min(Math.max(rate, MIN_RATE), MAX_RATE) : 1;
}

/** The second of its own content with which an element begins. */
export function contentStartOf(element: Element): number {
  const seconds =
    finite(element.getAttribute("data-playback-start")) ?? finite(element.getAttribute("data-media-start"));
  return Math.max(0, seconds ?? 0);
}

/** How many decimals of a second count: a nanosecond is no part of any frame, and hides what subtraction leaves. */
const PRECISION = 1e9;

export function roundSeconds(seconds: number): number {
  return Math.round(seconds * PRECISION) / PRECISION;
}

/** How far off a frame's time a clip's border may be, in frames, and still be meant to lie on it. */
const SNAP_FRAMES = 1e-3;

/** A time that is written with few decimals, as 0.333 s, belongs to the frame that it stands for. */
export function snapToFrame(seconds: number, fps: number): number {
  const nearest = Math.round(seconds * fps);
  return Math.abs(seconds * fps - nearest) <= SNAP_FRAMES ? nearest / fps : seconds;
}

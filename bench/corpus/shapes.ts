import type { Frames, Pixel } from "./frames.ts";
import { ROW_HEIGHT } from "./page.ts";

/** How far a channel may be off and still be the colour: video has half the colour's resolution. */
const CHANNEL_TOLERANCE = 80;
/** The same for one pixel inside of an area. */
const DOT_TOLERANCE = 40;
/** Below this, two pixels are the same but for the encoder. */
const LEAST_CHANGE = 24;
const MIDDLE_OF_BAR = 8;

/** Something that a video must show: says what is wrong with frame n, or nothing. */
export type Shape = (frames: Frames, n: number) => string | null;

interface BarOptions {
  readonly colour?: string;
  /** How far off an edge may be, in pixels. */
  readonly tolerance?: number;
}

/** Columns of a row that have a colour: the first, the one after the last, and how many between have not. */
interface Extent {
  readonly from: number;
  readonly to: number;
  readonly holes: number;
}

function parse(colour: string): Pixel {
  const value = Number.parseInt(colour.slice(1), 16);
  return [value >> 16, (value >> 8) & 255, value & 255];
}

function distance(a: Pixel, b: Pixel): number {
  return Math.max(Math.abs(a[0] - b[0]), Math.abs(a[1] - b[1]), Math.abs(a[2] - b[2]));
}

function hex(pixel: Pixel): string {
  return `#${pixel.map((channel) => channel.toString(16).padStart(2, "0")).join("")}`;
}

function range(from: number, to: number, step = 1): number[] {
  return Array.from({ length: Math.ceil((to - from) / step) }, (_, index) => from + index * step);
}

function extentOf(frames: Frames, n: number, y: number, colour: Pixel): Extent {
  const isColour = (x: number): boolean => distance(frames.pixel(n, x, y), colour) <= CHANNEL_TOLERANCE;
  const columns = range(0, frames.width).filter(isColour);
  const from = columns[0] ?? 0;
  const to = (columns.at(-1) ?? -1) + 1;
  return { from, to, holes: to - from - columns.length };
}

/** Whether a row shows what is wanted, to within a tolerance; what is narrower than that may as well be absent. */
function isAlike(seen: Extent, wanted: Extent, tolerance: number): boolean {
  const width = wanted.to - wanted.from;
  if (width <= tolerance && seen.to - seen.from <= tolerance) return true;
  const off = Math.max(Math.abs(seen.from - wanted.from), Math.abs(seen.to - wanted.to), seen.holes / 2);
  return width > 0 && off <= tolerance;
}

function extentText({ from, to, holes }: Extent): string {
  if (to <= from) return "nothing";
  return `${Math.round(from)}..${Math.round(to)}${holes > 0 ? ` with ${holes} holes` : ""}`;
}

/** A horizontal bar of a row, 16 px high, as wide as follows from the frame's number: of the colour from column 0, or
 * between two, and nowhere else in its row. */
export function bar(
  row: number,
  columns: (n: number) => number | readonly [number, number],
  { colour = "#000000", tolerance = 2 }: BarOptions = {},
): Shape {
  return (frames, n) => {
    const value = columns(n);
    const [from, to] = typeof value === "number" ? [0, value] : value;
    const wanted = { from, to: Math.max(from, Math.min(to, frames.width)), holes: 0 };
    const seen = extentOf(frames, n, row * ROW_HEIGHT + MIDDLE_OF_BAR, parse(colour));
    if (isAlike(seen, wanted, tolerance)) return null;
    return `row ${row} shows ${extentText(seen)} of ${colour} instead of ${extentText(wanted)}`;
  };
}

/** A pixel of one colour in all frames, or as a function of the frame; null where it does not matter. */
export function dot(x: number, y: number, colour: string | ((n: number) => string | null)): Shape {
  return (frames, n) => {
    const wanted = typeof colour === "string" ? colour : colour(n);
    const seen = frames.pixel(n, x, y);
    if (wanted === null || distance(seen, parse(wanted)) <= DOT_TOLERANCE) return null;
    return `(${x}, ${y}) is ${hex(seen)} instead of ${wanted}`;
  };
}

/** A box of which a share, between two limits, has a colour. */
export function patch(
  [left, top, width, height]: readonly [x: number, y: number, width: number, height: number],
  colour: string,
  share: (n: number) => readonly [least: number, most: number],
): Shape {
  const wanted = parse(colour);
  return (frames, n) => {
    const [least, most] = share(n);
    const pixels = range(top, top + height).flatMap((y) =>
      range(left, left + width).map((x) => frames.pixel(n, x, y)),
    );
    const seen =
      pixels.filter((pixel) => distance(pixel, wanted) <= CHANNEL_TOLERANCE).length / pixels.length;
    if (seen >= least && seen <= most) return null;
    const percent = (value: number): string => `${(100 * value).toFixed(0)} %`;
    return `${percent(seen)} of the box at (${left}, ${top}) is ${colour} instead of ${percent(least)} to ${percent(most)}`;
  };
}

/** Two frames differ: for what moves in a way that no arithmetic tells. */
export function moves(from: number, to: number): Shape {
  return (frames, n) => {
    if (n !== from) return null;
    const isOther = (x: number, y: number): boolean =>
      distance(frames.pixel(from, x, y), frames.pixel(to, x, y)) > LEAST_CHANGE;
    const rows = range(0, frames.height, 2);
    const hasMoved = rows.some((y) => range(0, frames.width, 2).some((x) => isOther(x, y)));
    return hasMoved ? null : `frames ${from} and ${to} are the same`;
  };
}

/** What is wrong with a video: one line a shape, with the first frame and how many there are. */
export function faultsOf(shapes: readonly Shape[], frames: Frames): string[] {
  return shapes.flatMap((shape) => {
    const faults = range(0, frames.count).map((n) => [n, shape(frames, n)] as const);
    const wrong = faults.filter(([, fault]) => fault !== null);
    return wrong.slice(0, 1).map(([n, fault]) => `frame ${n}: ${fault} (${wrong.length} frames)`);
  });
}

/** A value between two others while t goes from `from` to `to`; before and after it stands still. */
export function ramp(t: number, from: number, to: number, first: number, last: number): number {
  const share = Math.min(1, Math.max(0, (t - from) / (to - from)));
  return first + (last - first) * share;
}

import { deflateSync, inflateSync } from "node:zlib";

/** Nodes across a picture, at most: so many that what a shape takes is bounded, whatever the picture's size. */
const MAX_COLUMNS = 160;
/** Nodes are at least so many pixels apart: farther than resampling smears anything. */
const MIN_STEP = 8;
const CHANNELS = 3;
/**
 * Levels, of 255, by which the nodes of two shapes may differ. A browser that has drawn earlier frames may show a moving
 * layer at another scale than one that begins here, and resample it: that blurs edges where they are, and moves nothing,
 * so it hardly changes a mean over many pixels: on pages full of layers that turn and are scaled, by 3.3 at most. A white
 * square of 6 pixels on black that is elsewhere by 1 pixel changes one by 5 or more, wherever it is; so does one of 4 by 2.
 */
const MAX_DIFFERENCE = 4;

interface Axis {
  readonly nodes: number;
  /** Of each node: what the weights of its pixels add up to. */
  readonly weights: Float64Array;
}

function axisOf(pixels: number, step: number): Axis {
  const nodes = Math.ceil(pixels / step) + 1;
  const weights = new Float64Array(nodes);
  for (let at = 0; at < pixels; at++) {
    const node = Math.floor(at / step);
    const part = at / step - node;
    weights[node] = (weights[node] ?? 0) + 1 - part;
    weights[node + 1] = (weights[node + 1] ?? 0) + part;
  }
  return { nodes, weights };
}

/** Adds a row of pixels to the nodes across, each pixel to the two that it lies between. */
function sumRow(bgra: Uint8Array, offset: number, width: number, step: number, into: Float64Array): void {
  into.fill(0);
  for (let x = 0; x < width; x++) {
    const node = Math.floor(x / step);
    const part = x / step - node;
    for (let channel = 0; channel < CHANNELS; channel++) {
      const value = bgra[offset + 4 * x + channel] ?? 0;
      const at = node * CHANNELS + channel;
      into[at] = (into[at] ?? 0) + value * (1 - part);
      into[at + CHANNELS] = (into[at + CHANNELS] ?? 0) + value * part;
    }
  }
}

/** A picture's colours on a coarse grid: at each node the mean of the pixels around it, the nearer the weightier. In base64. */
export function shapeOf(bgra: Uint8Array, width: number, height: number): string {
  const step = Math.max(MIN_STEP, Math.ceil(width / MAX_COLUMNS));
  const [across, down] = [axisOf(width, step), axisOf(height, step)];
  const row = new Float64Array(across.nodes * CHANNELS);
  const sums = new Float64Array(down.nodes * row.length);
  for (let y = 0; y < height; y++) {
    sumRow(bgra, 4 * y * width, width, step, row);
    const node = Math.floor(y / step);
    const part = y / step - node;
    for (const [at, value] of row.entries()) {
      const above = node * row.length + at;
      sums[above] = (sums[above] ?? 0) + value * (1 - part);
      sums[above + row.length] = (sums[above + row.length] ?? 0) + value * part;
    }
  }
  const means = sums.map((sum, at) => {
    const weight =
      (down.weights[Math.floor(at / row.length)] ?? 0) *
      (across.weights[Math.floor((at % row.length) / CHANNELS)] ?? 0);
    return weight === 0 ? 0 : Math.round(sum / weight);
  });
  return deflateSync(Uint8Array.from(means)).toString("base64");
}

/** Whether two pictures differ by no more than what the browser's resampling explains. */
export function isAlike(a: string, b: string): boolean {
  const [one, other] = [a, b].map((shape) => inflateSync(Buffer.from(shape, "base64")));
  if (one === undefined || other === undefined || one.length !== other.length) return false;
  return one.every((value, at) => Math.abs(value - (other[at] ?? 0)) <= MAX_DIFFERENCE);
}

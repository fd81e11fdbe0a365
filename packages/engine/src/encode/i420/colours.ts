import { type Code, i16x8, i32x4 } from "./instructions.ts";

/** Shares of red, green and blue in light: ITU-R BT.709, section 3 (https://www.itu.int/rec/R-REC-BT.709). */
const [RED, GREEN, BLUE] = [0.2126, 0.7152, 0.0722];
/** Its section 4.6: light takes 219 steps from 16 on, a difference of colours 224 around 128. Ours come in 255. */
const LIGHT_STEPS = 219 / 255;
const DIFFERENCE_STEPS = 224 / 255;

/** Weights are whole numbers of so many bits: the largest still fits in 16, with its sign. */
const BITS = 15;

/** What one of the planes takes from a pixel's colours. */
export interface Plane {
  /** Weights of blue and red, by turns. */
  readonly blueRed: Code;
  /** Of green and alpha, which has none. */
  readonly greenAlpha: Code;
  /** The value of black, and half a step, which rounds. */
  readonly origin: number;
}

function plane(red: number, green: number, blue: number, origin: number): Plane {
  const pairs = (first: number, second: number): Code => {
    const pair = [first, second].map((weight) => Math.round(weight * 2 ** BITS));
    return i16x8.const([...pair, ...pair, ...pair, ...pair]);
  };
  return {
    blueRed: pairs(blue, red),
    greenAlpha: pairs(green, 0),
    origin: (origin + 0.5) * 2 ** BITS,
  };
}

const perBlue = DIFFERENCE_STEPS / (2 * (1 - BLUE));
const perRed = DIFFERENCE_STEPS / (2 * (1 - RED));

export const Y = plane(LIGHT_STEPS * RED, LIGHT_STEPS * GREEN, LIGHT_STEPS * BLUE, 16);
export const CB = plane(-perBlue * RED, -perBlue * GREEN, perBlue * (1 - BLUE), 128);
export const CR = plane(perRed * (1 - RED), -perRed * GREEN, -perRed * BLUE, 128);

/** A plane's values of four pixels, or of the means of four pixels each, given their sums. */
export function valuesOf(of: Plane, blueRed: Code, greenAlpha: Code, pixels: 1 | 4): Code {
  const products = i32x4.add(i32x4.dot(blueRed, of.blueRed), i32x4.dot(greenAlpha, of.greenAlpha));
  return i32x4.shrSigned(i32x4.add(products, i32x4.const(of.origin * pixels)), BITS + Math.log2(pixels));
}

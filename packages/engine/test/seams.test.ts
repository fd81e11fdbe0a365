import { expect, test } from "vitest";

import { isAlike, shapeOf } from "../src/seams/shape.ts";

const WIDTH = 320;
const HEIGHT = 180;
type Grey = (x: number, y: number) => number;

function shapeOfGrey(grey: Grey, width = WIDTH, height = HEIGHT): string {
  const bgra = Buffer.alloc(width * height * 4, 255);
  for (let y = 0; y < height; y++)
    for (let x = 0; x < width; x++) bgra.fill(grey(x, y), 4 * (y * width + x), 4 * (y * width + x) + 3);
  return shapeOf(bgra, width, height);
}

/** Black outside of a rectangle, white inside, and in between by as much of a pixel as lies inside. */
function rectangle(left: number, top: number, width: number, height: number): Grey {
  const inside = (at: number, from: number, size: number): number =>
    Math.max(0, Math.min(at + 1, from + size) - Math.max(at, from));
  return (x, y) => Math.round(255 * inside(x, left, width) * inside(y, top, height));
}

/** Each pixel a mean of the three by three around it, as a layer is drawn that was made at another scale. */
const smeared =
  (grey: Grey): Grey =>
  (x, y) => {
    const weights = [1, 2, 1];
    let sum = 0;
    for (const [row, down] of weights.entries())
      for (const [column, across] of weights.entries())
        sum += across * down * grey(x + column - 1, y + row - 1);
    return Math.round(sum / 16);
  };

test("pictures that were resampled are alike; what has moved, come or gone is not", () => {
  const large = rectangle(40, 32, 161, 90);
  const dot = rectangle(104, 67, 4, 4);
  const strokes: Grey = (x, y) => (x % 5 === 0 && x > 10 && x < 300 && y > 60 && y < 90 ? 255 : 0);
  for (const [name, drawn] of Object.entries({ large, dot, strokes }))
    expect(isAlike(shapeOfGrey(drawn), shapeOfGrey(smeared(drawn))), name).toBe(true);
  const others: readonly (readonly [Grey, Grey])[] = [
    [large, rectangle(40, 32, 162, 90)],
    [large, rectangle(40.5, 32, 161, 90)],
    [dot, rectangle(106, 67, 4, 4)],
    [dot, rectangle(104, 65, 4, 4)],
    [rectangle(101, 67, 6, 6), rectangle(102, 67, 6, 6)],
    [rectangle(104, 68, 6, 6), rectangle(104, 67, 6, 6)],
    [dot, () => 0],
    [rectangle(0, 0, 1, HEIGHT), () => 0],
    [rectangle(WIDTH - 1, 0, 1, HEIGHT), () => 0],
    [rectangle(0, HEIGHT - 1, WIDTH, 1), () => 0],
    [() => 100, () => 105],
  ];
  for (const [index, [before, after]] of others.entries())
    expect(isAlike(shapeOfGrey(before), shapeOfGrey(after)), `pair ${index}`).toBe(false);
  expect(isAlike(shapeOfGrey(dot), shapeOfGrey(dot, WIDTH, HEIGHT + 8))).toBe(false);
});

test("what a shape takes is bounded, however large the picture is", () => {
  const noise: Grey = (x, y) => (x * 7919 + y * 104_729) % 256;
  expect(shapeOfGrey(noise, 1920, 1080).length).toBeLessThan(64 * 1024);
});

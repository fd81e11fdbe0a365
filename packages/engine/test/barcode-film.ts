import { execFile } from "node:child_process";
import { promisify } from "node:util";

const run = promisify(execFile);

/** A film whose picture n shows n in black and white stripes, the lowest bit first. */
export const FILM_WIDTH = 128;
export const FILM_HEIGHT = 32;
const BITS = 8;
const STRIPE = FILM_WIDTH / BITS;
/** From this brightness on, a stripe is white. */
const MIDDLE = 128;

/** Shows in a picture of the film the bits of its number: stripes of their own for each. */
const STRIPES = `geq=lum='255*mod(floor(N/pow(2\\,floor(X/${STRIPE})))\\,2)':cb=128:cr=128`;

/** Makes films of so many pictures by ffmpeg, each with these arguments and into this file. All in one go. */
export async function makeFilms(
  films: readonly { readonly file: string; readonly args: readonly string[]; readonly filter?: string }[],
  pictures: number,
  rate: string,
): Promise<void> {
  const input = `color=black:s=${FILM_WIDTH}x${FILM_HEIGHT}:r=${rate},format=yuv420p,${STRIPES}`;
  const outputs = films.flatMap(({ file, args, filter }) => [
    ...["-frames:v", String(pictures), "-vsync", "passthrough"],
    ...(filter === undefined ? [] : ["-vf", filter]),
    ...args,
    file,
  ]);
  await run("ffmpeg", ["-v", "error", "-y", "-f", "lavfi", "-i", input, ...outputs]);
}

/** The number that a picture of the film shows, by the brightness at a place of it. */
export function filmNumber(brightness: (x: number, y: number) => number): number {
  let number = 0;
  for (let bit = 0; bit < BITS; bit++) {
    if (brightness((bit + 0.5) * STRIPE, FILM_HEIGHT / 2) >= MIDDLE) number += 2 ** bit;
  }
  return number;
}

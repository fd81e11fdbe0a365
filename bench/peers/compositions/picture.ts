import { make } from "../../corpus/moving-image.ts";

/** How far each looks into the Mandelbrot set, where it is as rich in detail as a photograph. */
const SCALES = [0.9, 0.02, 0.004, 0.0011];

/** A picture of 1920×1080 with detail, soft parts and grain. */
export function picture(index: number): Uint8Array {
  const scale = SCALES[index % SCALES.length];
  const place = "start_x=-0.743643887037151:start_y=-0.13182590420533:maxiter=900";
  const source = `mandelbrot=size=1920x1080:start_scale=${scale}:${place}`;
  const grain = `hue=h=${index * 70},noise=alls=7:all_seed=1:allf=u,gblur=sigma=0.6`;
  return make(`${index}.jpg`, ["-f", "lavfi", "-i", source], ["-frames:v", "1", "-vf", grain, "-q:v", "3"]);
}

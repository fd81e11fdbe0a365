import { ProblemError, type Warning } from "@framewright/contract";

import { MAX_SIDE, MIN_SIDE } from "./limits.ts";

export interface Size {
  readonly width: number;
  readonly height: number;
}

export interface PictureSize {
  /** CSS pixels of the page. */
  readonly page: Size;
  /** Pixels of the video. */
  readonly video: Size;
  readonly deviceScaleFactor: number;
  readonly warnings: readonly Warning[];
}

/** What is asked for of a size: sides, or only the shorter one, whichever that is. */
interface RequestedSize extends Partial<Size> {
  readonly shortSide?: number;
}

const DEFAULT_SIZE: Size = { width: 1920, height: 1080 };

function checkRange(side: number, name: string): void {
  if (Number.isInteger(side) && side >= MIN_SIDE && side <= MAX_SIDE) return;
  throw new ProblemError(
    "size-invalid",
    `The ${name} is ${side}; it must be a whole number from ${MIN_SIDE} to ${MAX_SIDE}.`,
  );
}

function readSide(text: string, name: string): number {
  const match = /^\s*(-?[\d.]+)(?:px)?\s*$/.exec(text);
  if (!match)
    throw new ProblemError(
      "size-invalid",
      `The root element's ${name} is "${text}", not a number of pixels.`,
    );
  return Number(match[1]);
}

/** The size that the page declares; null when it declares none. @throws ProblemError `size-invalid` */
function declaredSize(width: string | null, height: string | null): Size | null {
  if (width === null && height === null) return null;
  if (width === null || height === null) {
    const missing = width === null ? "data-width" : "data-height";
    throw new ProblemError("size-invalid", `The root element has no ${missing}.`);
  }
  const size = { width: readSide(width, "data-width"), height: readSide(height, "data-height") };
  checkRange(size.width, "data-width");
  checkRange(size.height, "data-height");
  return size;
}

/** A side that follows from the other one, as the output needs it. */
function proportional(side: number, page: number, other: number, multiple: number): number {
  return Math.max(multiple, Math.round((side * other) / page / multiple) * multiple);
}

function sidesOf(page: Size, { shortSide, ...sides }: RequestedSize): Partial<Size> {
  if (shortSide === undefined) return sides;
  return page.width <= page.height ? { width: shortSide } : { height: shortSide };
}

function videoSize(page: Size, requested: RequestedSize, multiple: number): Size {
  const { width, height } = sidesOf(page, requested);
  if (width === undefined && height === undefined) return page;
  if (height === undefined)
    return { width: width ?? 0, height: proportional(width ?? 0, page.width, page.height, multiple) };
  if (width === undefined) return { width: proportional(height, page.height, page.width, multiple), height };
  const expected = (width * page.height) / page.width;
  if (Math.abs(height - expected) > 1) {
    throw new ProblemError(
      "size-mismatch",
      `${width}x${height} is asked for, and the composition is ${page.width}x${page.height}.`,
    );
  }
  return { width, height };
}

/**
 * Decides the size of page and video.
 * @param sizeMultiple - of which width and height of the video must be multiples: 1 or 2
 * @throws ProblemError `size-invalid`, `size-odd`, `size-mismatch`
 */
export function guardSize(
  declared: { readonly width: string | null; readonly height: string | null },
  requested: RequestedSize,
  sizeMultiple = 2,
): PictureSize {
  const own = declaredSize(declared.width, declared.height);
  const page = own ?? {
    width: requested.width ?? DEFAULT_SIZE.width,
    height: requested.height ?? DEFAULT_SIZE.height,
  };
  const video = videoSize(page, requested, sizeMultiple);
  checkRange(video.width, "width of the video");
  checkRange(video.height, "height of the video");
  if (video.width % sizeMultiple !== 0 || video.height % sizeMultiple !== 0) {
    const odd = (["width", "height"] as const).filter((side) => video[side] % sizeMultiple !== 0);
    const even = odd.map((side) => `${side} ${video[side] - 1} or ${video[side] + 1}`).join(" and ");
    throw new ProblemError(
      "size-odd",
      `The video would be ${video.width}x${video.height}; even are ${even}.`,
    );
  }
  const warnings = own
    ? []
    : [
        {
          code: "size-undeclared",
          message: `The composition declares no size; it is rendered at ${page.width}x${page.height}.`,
          remedy: "Give the root element data-width and data-height in pixels.",
        },
      ];
  return { page, video, deviceScaleFactor: video.width / page.width, warnings };
}

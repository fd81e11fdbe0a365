import { z } from "zod";

/** A size in pixels, or only the shorter side, whichever that is. */
export type Resolution = { readonly width: number; readonly height: number } | { readonly shortSide: number };

const HD: Resolution = { width: 1920, height: 1080 };
const PORTRAIT_HD: Resolution = { width: 1080, height: 1920 };
const UHD: Resolution = { width: 3840, height: 2160 };
const PORTRAIT_UHD: Resolution = { width: 2160, height: 3840 };
const SQUARE: Resolution = { width: 1080, height: 1080 };
const SQUARE_UHD: Resolution = { width: 2160, height: 2160 };

/** Names of sizes, those that HyperFrames has. */
export const RESOLUTIONS = {
  landscape: HD,
  portrait: PORTRAIT_HD,
  square: SQUARE,
  "landscape-4k": UHD,
  "portrait-4k": PORTRAIT_UHD,
  "square-4k": SQUARE_UHD,
  "1080p": { shortSide: 1080 },
  hd: { shortSide: 1080 },
  "4k": { shortSide: 2160 },
  uhd: { shortSide: 2160 },
  "1080p-portrait": PORTRAIT_HD,
  "portrait-1080p": PORTRAIT_HD,
  "1080p-square": SQUARE,
  "square-1080p": SQUARE,
  "4k-portrait": PORTRAIT_UHD,
  "4k-square": SQUARE_UHD,
} as const satisfies Readonly<Record<string, Resolution>>;

// An object literal has no other keys than its own.
const NAMES = Object.keys(RESOLUTIONS) as [keyof typeof RESOLUTIONS, ...(keyof typeof RESOLUTIONS)[]];

export const ResolutionSchema = z.enum(NAMES).meta({
  description:
    "Size of the video by a name; 1080p, hd, 4k and uhd keep the composition's orientation. Goes without `width` and `height`.",
});

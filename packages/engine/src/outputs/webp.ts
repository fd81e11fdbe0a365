import type { Quality } from "@framewright/contract";

import { webpChecks } from "../verify/webp-checks.ts";
import { wholeAnimation } from "./whole-animation.ts";

/** By what an animation is asked for; at its best, nothing is lost. */
const QUALITIES: Readonly<Record<Quality, readonly string[]>> = {
  draft: ["-lossless", "0", "-quality", "60", "-compression_level", "1"],
  standard: ["-lossless", "0", "-quality", "85", "-compression_level", "4"],
  high: ["-lossless", "1", "-quality", "60", "-compression_level", "4"],
};

export const webp = wholeAnimation({
  id: "webp",
  encoders: () => ["libwebp_anim"],
  join: {
    kind: "reencode",
    passes: ({ input, output, quality, file }) => [
      [
        ...[...input, "-c:v", "libwebp_anim", "-pix_fmt", "bgra", ...QUALITIES[quality]],
        ...["-loop", String(output.loop ?? 0), "-f", "webp", file],
      ],
    ],
  },
  check: webpChecks,
});

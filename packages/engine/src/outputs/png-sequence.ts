import { zipChecks } from "../verify/zip-checks.ts";
import { wholeAnimation } from "./whole-animation.ts";

/** A ZIP of numbered pictures, for programs that take frames one by one. */
export const pngSequence = wholeAnimation({
  id: "png-sequence",
  encoders: () => ["png"],
  join: { kind: "archive", arguments: ["-c:v", "copy", "-f", "image2pipe"] },
  check: zipChecks,
});

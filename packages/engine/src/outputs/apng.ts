import { animationChecks } from "../verify/animation-checks.ts";
import { pngPixels } from "./lossless-frames.ts";
import { wholeAnimation } from "./whole-animation.ts";

/** An animated PNG counts its times in hundred-thousandths when it is read. */
const READ_TIMESCALE = 100_000;

export const apng = wholeAnimation({
  id: "apng",
  encoders: () => ["apng"],
  join: {
    kind: "reencode",
    passes: ({ input, output, fps, file }) => [
      [
        ...[...input, "-c:v", "apng", "-pix_fmt", pngPixels(output), "-pred", "mixed"],
        ...["-plays", String(output.loop ?? 0), "-final_delay", `${fps.den}/${fps.num}`, "-f", "apng", file],
      ],
    ],
  },
  check: (file, expected) =>
    animationChecks(
      file,
      expected,
      { codec: "apng", pixelFormats: [pngPixels(expected.output)] },
      READ_TIMESCALE,
    ),
});

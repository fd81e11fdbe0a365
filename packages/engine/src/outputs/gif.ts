import { framesToSeconds } from "@framewright/contract";

import { animationChecks } from "../verify/animation-checks.ts";
import { gifLoopCheck } from "../verify/gif-loop.ts";
import type { JoinTask } from "./record.ts";
import { wholeAnimation } from "./whole-animation.ts";

const HUNDREDTHS = 100;

/** How long the last frame lasts, in hundredths of a second, so that all together last as long as they should. */
function lastDelay({ frames, fps }: JoinTask): number {
  const startOf = (frame: number): number => Math.round(HUNDREDTHS * framesToSeconds(frame, fps));
  return startOf(frames) - startOf(frames - 1);
}

/** How often it begins again; -1 writes no loop at all. */
function repeats(plays: number | null): number {
  if (plays === 1) return -1;
  return plays === null || plays === 0 ? 0 : plays - 1;
}

/** The palette is made of the whole video, so that colours do not change from frame to frame. */
export const gif = wholeAnimation({
  id: "gif",
  encoders: () => ["gif"],
  join: {
    kind: "reencode",
    passes: (task) => {
      const { input, output, file } = task;
      const palette = `${file}.palette.png`;
      const room = output.transparent ? 1 : 0;
      return [
        [...input, "-vf", `palettegen=reserve_transparent=${room}`, "-f", "image2", "-update", "1", palette],
        [
          ...[...input, "-i", palette],
          ...["-lavfi", "[0:v][1:v]paletteuse=dither=sierra2_4a:diff_mode=rectangle:alpha_threshold=128"],
          ...[
            "-loop",
            String(repeats(output.loop)),
            "-final_delay",
            String(lastDelay(task)),
            "-f",
            "gif",
            file,
          ],
        ],
      ];
    },
  },
  check: async (file, expected) => [
    ...(await animationChecks(file, expected, { codec: "gif", pixelFormats: ["bgra"] }, HUNDREDTHS)),
    await gifLoopCheck(file, expected.output.loop),
  ],
});

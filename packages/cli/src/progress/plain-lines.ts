import type { Progress } from "@framewright/contract";

import type { Output } from "../runtime.ts";
import { fractionOf, progressText } from "../text/progress-text.ts";
import type { ProgressView } from "./progress-view.ts";

/** For logs and pipes: a line when the stage, or what it waits for, changes, and for every tenth of the frames. */
export function createPlainLines(output: Output): ProgressView {
  let last = "";
  return {
    show: (progress: Progress) => {
      const tenth = Math.floor((fractionOf(progress) ?? 0) * 10);
      const step = [progress.stage, progress.waitingFor, progress.queuePosition, tenth].join("|");
      if (step === last) return;
      last = step;
      output.write(`${progressText(progress, false)}\n`);
    },
    note: (text: string) => output.write(`${text}\n`),
    close: () => undefined,
  };
}

import type { Progress } from "@framewright/contract";

import type { Output } from "../runtime.ts";
import { progressText } from "../text/progress-text.ts";
import type { ProgressView } from "./progress-view.ts";

/** To the line's start, and erase to its end. */
const CLEAR = "\r\u001B[K";
const DEFAULT_COLUMNS = 80;

/** One line of a terminal, drawn anew at every step. */
export function createLiveLine(output: Output): ProgressView {
  let shown = "";
  const draw = (text: string) => {
    // A line that wraps could not be drawn over.
    shown = text.slice(0, (output.columns ?? DEFAULT_COLUMNS) - 1);
    output.write(CLEAR + shown);
  };
  return {
    show: (progress: Progress) => draw(progressText(progress, true)),
    note: (text: string) => output.write(`${CLEAR}${text}\n${shown}`),
    close: () => {
      if (shown !== "") output.write(CLEAR);
      shown = "";
    },
  };
}

import type { Artifact, Render, RenderEvent } from "@framewright/contract";

import type { Runtime } from "../runtime.ts";
import { resultText, verdictText, warningText } from "../text/render-text.ts";
import { createLiveLine } from "./live-line.ts";
import { createPlainLines } from "./plain-lines.ts";

/** Tells of a render while it runs and when it is done; its failure is told by the command's end. */
export interface Reporter {
  note(text: string): void;
  event(event: RenderEvent): void;
  succeeded(file: string, artifact: Artifact, render: Render): void;
  /** Takes away what is not meant to stay on the terminal. Idempotent. */
  close(): void;
}

/** For programs: every event as a line of JSON, and last a line of type `result`. */
function createJsonReporter({ stdout }: Runtime): Reporter {
  return {
    note: () => undefined,
    event: (event) => stdout.write(`${JSON.stringify(event)}\n`),
    succeeded: (file, { bytes, sha256, durationSeconds }, { id: renderId, verdict, warnings }) => {
      const result = { type: "result", renderId, file, bytes, sha256, durationSeconds, verdict, warnings };
      stdout.write(`${JSON.stringify(result)}\n`);
    },
    close: () => undefined,
  };
}

/** For people: progress on stderr, the result on stdout. */
function createHumanReporter({ stdout, stderr }: Runtime): Reporter {
  const view = stderr.isTTY === true ? createLiveLine(stderr) : createPlainLines(stderr);
  return {
    note: (text) => view.note(text),
    event: (event) => {
      if (event.type === "progress") view.show(event.progress);
      if (event.type === "warning") view.note(warningText(event.warning));
      if (event.type === "finished") {
        view.close();
        if (event.render.verdict) stdout.write(`${verdictText(event.render.verdict)}\n`);
      }
    },
    succeeded: (file, artifact, render) => stdout.write(`${resultText(file, artifact, render)}\n`),
    close: () => view.close(),
  };
}

export function createReporter(json: boolean, runtime: Runtime): Reporter {
  return json ? createJsonReporter(runtime) : createHumanReporter(runtime);
}

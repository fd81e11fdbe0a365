import type { Artifact, Render, Verdict, Warning } from "@framewright/contract";

import { plain } from "./plain.ts";
import { formatBytes } from "./units.ts";

export function warningText({ message, remedy }: Warning): string {
  return `! ${plain(message)} (${plain(remedy)})`;
}

/** One line when all checks passed; otherwise a line for each. */
export function verdictText({ passed, checks }: Verdict): string {
  if (passed) {
    return `✓ verified: ${checks.map(({ name, actual }) => `${plain(name)} ${plain(actual)}`).join(", ")}`;
  }
  const lines = checks.map(({ name, expected, actual, passed }) =>
    passed
      ? `  ✓ ${plain(name)}: ${plain(actual)}`
      : `  ✗ ${plain(name)}: expected ${plain(expected)}, got ${plain(actual)}`,
  );
  return ["✗ not verified:", ...lines].join("\n");
}

function elapsedSeconds({ startedAt, finishedAt }: Render): number | null {
  return startedAt === null || finishedAt === null
    ? null
    : (Date.parse(finishedAt) - Date.parse(startedAt)) / 1000;
}

/** "out/card.mp4: 1.2 MB, 6.000 s of video, 180 frames rendered in 7.1 s". */
export function resultText(file: string, artifact: Artifact, render: Render): string {
  const facts = [formatBytes(artifact.bytes), `${artifact.durationSeconds.toFixed(3)} s of video`];
  const seconds = elapsedSeconds(render);
  if (render.plan && seconds !== null) {
    facts.push(`${render.plan.frames} frames rendered in ${seconds.toFixed(1)} s`);
  }
  return `${file}: ${facts.join(", ")}`;
}

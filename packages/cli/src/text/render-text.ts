import type { Artifact, Render, Verdict, Warning } from "@framewright/contract";

import { plain } from "./plain.ts";
import { formatBytes } from "./units.ts";

export function warningText({ message, remedy }: Warning): string {
  return `! ${plain(message)} (${plain(remedy)})`;
}

/** The checks that say most, in this order, and how each reads. */
const HIGHLIGHTS: readonly (readonly [name: string, read: (actual: string) => string])[] = [
  ["packets", (actual) => `${actual} frames`],
  ["duration", (actual) => actual],
  ["size", (actual) => actual.replace("x", "×")],
  ["frame rate", (actual) => `${actual} fps`],
  ["codec", (actual) => actual],
];

function highlights(checks: Verdict["checks"]): string {
  const actuals = new Map(checks.map(({ name, actual }) => [name, plain(actual)]));
  const facts = HIGHLIGHTS.flatMap(([name, read]) => {
    const actual = actuals.get(name);
    return actual === undefined ? [] : [read(actual)];
  });
  return [...facts, `${checks.length} checks passed`].join(", ");
}

/** "verified: 180 frames, 6.000 s, 1280×720, 30 fps, h264, 12 checks passed"; else a line for each check. */
export function verdictText({ passed, checks }: Verdict): string {
  if (passed) return `✓ verified: ${highlights(checks)}`;
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

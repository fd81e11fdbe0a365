import type { Plan } from "@framewright/contract";

import { plain } from "./plain.ts";
import { warningText } from "./render-text.ts";
import { formatBytes, formatWait } from "./units.ts";

/** A plan for people, one fact a line. */
export function planText(plan: Plan): string {
  const { estimate } = plan;
  const rows: readonly (readonly [string, string])[] = [
    ["composition", plain(plan.compositionId ?? "(no id)")],
    ["length", `${plan.durationSeconds.toFixed(3)} s (from the ${plan.durationSource})`],
    ["picture", `${plan.width}×${plan.height} at ${plan.fps} frames per second`],
    ["frames", `${plan.frames} (${plan.startFrame} to ${plan.endFrame}, end exclusive)`],
    ["chunks", String(plan.chunks.length)],
    ["hosts", plan.hosts.length === 0 ? "none" : plan.hosts.map(plain).join(", ")],
    [
      "estimate",
      `${formatWait(estimate.seconds)}, ${formatBytes(estimate.memoryBytes)} of memory, ` +
        `${formatBytes(estimate.diskBytes)} of disk`,
    ],
    ["snapshot", plan.snapshotHash],
  ];
  const lines = rows.map(([name, value]) => `${name.padEnd(12)} ${value}`);
  return `${[...lines, ...plan.warnings.map(warningText)].join("\n")}\n`;
}

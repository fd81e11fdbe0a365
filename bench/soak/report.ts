import type { SoakResult } from "./run-soak.ts";
import type { Tally } from "./tally.ts";
import type { Usage } from "./usage.ts";

const MIB = 2 ** 20;

const mib = (bytes: number): string => `${(bytes / MIB).toFixed(0)} MiB`;
const percent = (share: number): string => `${share >= 0 ? "+" : ""}${(100 * share).toFixed(1)} %`;
const list = (counts: ReadonlyMap<string, number>): string =>
  [...counts].map(([name, count]) => `${name} ${count}`).join(", ") || "none";

function usageText({ mainBytes, treeBytes, descriptors }: Usage): string {
  return `main process ${mib(mainBytes)}, all ${mib(treeBytes)}, ${descriptors} descriptors`;
}

/** One line about how it goes. */
export function progressText(tally: Tally, usage: Usage): string {
  const seconds = Math.round((Date.now() - tally.startedAt) / 1000);
  const bad = {
    wedges: tally.wedges,
    orphans: tally.orphans,
    lost: tally.lost,
    unexpected: tally.unexpected,
  };
  const counts = Object.entries(bad).map(([name, { length }]) => `${length} ${name}`);
  return [
    `${String(seconds).padStart(5)} s  ${tally.ended} renders ended, ${tally.open.size} open, ${tally.refused} refused`,
    `${tally.injected} faults`,
    ...counts,
    usageText(usage),
  ].join(", ");
}

/** What must be empty, each entry on a line of its own. */
function section(name: string, entries: readonly string[]): string[] {
  return [`${name}: ${entries.length}`, ...entries.map((entry) => `  ${entry}`)];
}

/** The whole result, for people. */
export function resultText({ seed, minutes, tally, usage, growth, isSound }: SoakResult): string {
  const { mainBytes, treeBytes, descriptors } = growth.share;
  const judged = growth.isJudged ? "at most +10 % is allowed" : "too short a run to judge";
  return [
    `${minutes} minutes, seed ${seed}: ${tally.ended} renders`,
    `succeeded: ${list(tally.succeeded)}`,
    `failed: ${list(tally.failed)}`,
    `cancelled: ${tally.cancelled}; refused by a full queue or for lack of a worker: ${tally.refused}`,
    `faults: ${tally.injected} (${list(tally.faults)})`,
    ...section("wedges", tally.wedges),
    ...section("orphans", tally.orphans),
    ...section("lost renders", tally.lost),
    ...section("unexpected failures", tally.unexpected),
    `at the end: ${usageText(usage)}`,
    `growth since minute ${growth.sinceMinute}: main process ${percent(mainBytes)}, all ${percent(treeBytes)}, descriptors ${percent(descriptors)} (${judged})`,
    isSound ? "Every bound held." : "A bound was broken.",
  ].join("\n");
}

/** The whole result, for programs. */
export function jsonReport({ tally, ...result }: SoakResult): string {
  const { wedges, orphans, lost, unexpected, cancelled, refused } = tally;
  const counts = {
    succeeded: Object.fromEntries(tally.succeeded),
    failed: Object.fromEntries(tally.failed),
    faults: Object.fromEntries(tally.faults),
  };
  return JSON.stringify({ ...result, ...counts, cancelled, refused, wedges, orphans, lost, unexpected });
}

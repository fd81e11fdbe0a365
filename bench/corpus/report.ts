import type { Part } from "./case.ts";
import { type Outcome, quote, type Verdict } from "./judge.ts";

function groupOf({ case: { name } }: Outcome): string {
  return name.split("/")[0] ?? name;
}

function row(name: string, outcomes: readonly Outcome[]): string {
  const count = (verdict: Verdict): string =>
    String(outcomes.filter((each) => each.verdict === verdict).length).padStart(8);
  return `${name.padEnd(28)}${String(outcomes.length).padStart(8)}${count("right")}${count("told")}${count("silent")}`;
}

/** The table: tried, right, told, wrong in silence, by group. */
export function tableText(outcomes: readonly Outcome[]): string {
  const groups = [...new Set(outcomes.map(groupOf))];
  const head = `${"".padEnd(28)}${["tried", "right", "told", "silent"].map((name) => name.padStart(8)).join("")}`;
  const rows = groups.map((group) =>
    row(
      group,
      outcomes.filter((each) => groupOf(each) === group),
    ),
  );
  return [head, ...rows, row("all", outcomes)].join("\n");
}

function entryText({ case: { name }, chunks, verdict, notes }: Outcome): string {
  const lines = notes.slice(0, 6).map((note) => `      ${note.slice(0, 400)}`);
  return [`  ${verdict.toUpperCase().padEnd(6)} ${name} (${chunks} chunks)`, ...lines].join("\n");
}

/** Everything that is not right, under the part that it belongs to. */
export function faultsText(outcomes: readonly Outcome[]): string {
  const wrong = outcomes.filter(({ verdict }) => verdict !== "right");
  const parts = [...new Set(wrong.map(({ case: { part } }): Part => part))].sort();
  return parts
    .map((part) => {
      const entries = wrong.filter((each) => each.case.part === part).sort(bySilence);
      return [`${part}: ${entries.length}`, ...entries.map(entryText)].join("\n");
    })
    .join("\n");
}

function bySilence(a: Outcome, b: Outcome): number {
  return a.verdict.localeCompare(b.verdict);
}

/** Warnings of renders that are right: each may be a false alarm. */
export function alarmsText(outcomes: readonly Outcome[]): string {
  return outcomes
    .filter(({ verdict, case: { tells } }) => verdict === "right" && !tells)
    .flatMap(({ case: { name }, warnings }) =>
      warnings.map((said) => `  ${name}: ${quote(said).slice(0, 240)}`),
    )
    .join("\n");
}

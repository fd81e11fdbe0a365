import type { Problem, Warning } from "../../packages/contract/src/index.ts";
import type { Case } from "./case.ts";

/** Right: what it must be. Told: not, but a warning or the problem says so. Silent: wrong, without a word. */
export type Verdict = "right" | "told" | "silent";

/** What came of a render. */
export interface Seen {
  readonly warnings: readonly Warning[];
  readonly problem: Problem | null;
  /** What is wrong with its frames, one line each. */
  readonly faults: readonly string[];
  readonly chunks: number;
}

export interface Outcome extends Seen {
  readonly case: Case;
  readonly verdict: Verdict;
  /** What was seen or said where it is not right, one line each. */
  readonly notes: readonly string[];
  readonly seconds: number;
}

/** What a render says in passing, and not because anything is wrong with its picture. */
const NOT_ABOUT_THE_PICTURE = new Set(["work-lost", "size-defaulted", "worker-replaced", "timeline-cut"]);

type Said = Warning | Problem;

function saidIn({ warnings, problem }: Seen): Said[] {
  return problem ? [...warnings, problem] : [...warnings];
}

function textOf(said: Said): string {
  if ("message" in said) return `${said.code} ${said.message} ${said.remedy}`;
  const errors = (said.errors ?? []).map(({ path, message }) => `${path} ${message}`);
  return [said.code, said.title, said.detail, said.remedy, ...errors].join(" ");
}

/** One line of a warning or a problem. */
export function quote(said: Said): string {
  return `${said.code}: ${"message" in said ? said.message : said.detail}`;
}

function isTold(tells: readonly RegExp[], seen: Seen): boolean {
  return saidIn(seen).some((said) => tells.every((pattern) => pattern.test(textOf(said))));
}

/** What a case that is to be told, and is, falls short of. */
function shortcomings({ isRefused = false, shows }: Case, { problem, faults }: Seen): string[] {
  if (!problem) return isRefused ? ["warned of, not refused", ...faults] : [...faults];
  return shows ? ["refused, not only warned of"] : [];
}

function judgeTold(each: Case, tells: readonly RegExp[], seen: Seen): [Verdict, string[]] {
  const quotes = saidIn(seen).map(quote);
  if (!isTold(tells, seen)) {
    return [seen.problem ? "told" : "silent", [`nothing says ${tells.join(" and ")}`, ...quotes]];
  }
  const short = shortcomings(each, seen);
  return short.length === 0 ? ["right", []] : ["told", [...short, ...quotes]];
}

function judgeShown({ problem, warnings, faults }: Seen): [Verdict, string[]] {
  if (problem) return ["told", [quote(problem)]];
  if (faults.length === 0) return ["right", []];
  const telling = warnings.filter(({ code }) => !NOT_ABOUT_THE_PICTURE.has(code));
  return [telling.length > 0 ? "told" : "silent", [...faults, ...telling.map(quote)]];
}

function judgeComposition(each: Case, seen: Seen): [Verdict, string[]] {
  const { tells, mayBeTold = false } = each;
  if (!tells) return judgeShown(seen);
  if (!mayBeTold) return judgeTold(each, tells, seen);
  return isTold(tells, seen) ? ["right", []] : judgeShown(seen);
}

/** The verdict on a render, and what speaks for it where it is not right. */
export function judge(each: Case, seen: Seen): [Verdict, string[]] {
  const { problem } = seen;
  if (problem?.owner !== "system") return judgeComposition(each, seen);
  return ["silent", [`failed: ${quote(problem)}`]];
}

import type { Problem } from "@framewright/contract";

import { plain } from "./plain.ts";

function section(title: string, lines: readonly string[] | undefined): string[] {
  if (!lines || lines.length === 0) return [];
  return [`  ${title}:`, ...lines.map((line) => `    ${plain(line)}`)];
}

/** A problem for people: what, why, what to do, and what helps to find the fault. */
export function problemText(problem: Problem): string {
  const fields = problem.errors?.map(({ path, message }) => `${path}: ${message}`);
  const lines = [
    `✗ ${plain(problem.title)} [${plain(problem.code)}]`,
    `  ${plain(problem.detail)}`,
    ...section("Fields", fields),
    ...section("Still waiting for", problem.evidence?.pending),
    ...section("The page's console", problem.evidence?.console),
    `  → ${plain(problem.remedy)}`,
  ];
  if (problem.requestId !== undefined) lines.push(`  requestId ${plain(problem.requestId)}`);
  return `${lines.join("\n")}\n`;
}

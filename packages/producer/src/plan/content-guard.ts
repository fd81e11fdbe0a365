import { ProblemError, type Warning } from "@framewright/contract";
import type { Declarations } from "@framewright/engine";

import { nearestWord } from "./nearest-word.ts";

type VariableIssue = Declarations["variableIssues"][number];

/** What a value of the request has to do with the composition's declarations, as a sentence. */
function describeVariable({ id, known, misfit }: VariableIssue): string {
  const name = `"${id.slice(0, 64)}"`;
  if (misfit !== null) return `The request's variable ${misfit}`;
  const nearest = nearestWord(id, known);
  const meant = nearest === undefined ? "" : ` Did you mean "${nearest}"?`;
  return `The request sets the variable ${name}, which the composition does not declare.${meant}`;
}

/** How many faults are quoted at once: enough to correct them together. */
const MAX_QUOTED = 5;

/**
 * Refuses a composition whose content cannot be shown as it is meant.
 * @throws ProblemError `nested-invalid`, `start-invalid`, `timeline-invalid`, `variables-invalid`
 */
export function guardContent(
  { problems, variablesError, variableIssues }: Declarations,
  areVariablesStrict: boolean,
): void {
  const [first] = problems;
  if (first) {
    const same = problems.filter(({ code }) => code === first.code).map(({ detail }) => detail);
    const more = same.length > MAX_QUOTED ? ` There are ${same.length - MAX_QUOTED} more.` : "";
    throw new ProblemError(first.code, `${same.slice(0, MAX_QUOTED).join(" ")}${more}`);
  }
  if (variablesError !== null) throw new ProblemError("variables-invalid", variablesError);
  if (!areVariablesStrict || variableIssues.length === 0) return;
  const details = variableIssues.slice(0, MAX_QUOTED).map(describeVariable);
  throw new ProblemError("variables-invalid", details.join(" "));
}

/** The same of a request whose variables are not strict. */
export function variableWarnings({ variableIssues }: Declarations): Warning[] {
  return variableIssues.map((issue) => ({
    code: issue.misfit === null ? "variable-undeclared" : "variable-misfit",
    message: describeVariable(issue),
    remedy: "Correct the request, or what data-composition-variables declares.",
  }));
}

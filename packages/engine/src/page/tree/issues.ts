import type { Declarations, PageProblem } from "../../page-protocol.ts";

type PageWarning = Declarations["warnings"][number];

/** What was found wrong with the document: what ends the plan, and what only has to be told. */
export interface Issues {
  readonly problems: PageProblem[];
  readonly warnings: PageWarning[];
}

export function noIssues(): Issues {
  return { problems: [], warnings: [] };
}

/** Pages can be wrong a thousand times over; what is quoted of one stays readable. */
export function quote(text: string): string {
  return `"${text.length > 64 ? `${text.slice(0, 63)}…` : text}"`;
}

import { toProblem } from "@framewright/contract";

import { problemHeaders } from "./retry-after.ts";

/** The one place where an error becomes an HTTP answer. What is not a ProblemError leaks nothing. */
export function problemResponse(error: unknown, requestId: string): Response {
  const problem = toProblem(error, requestId);
  return new Response(JSON.stringify(problem), {
    status: problem.status,
    headers: {
      ...problemHeaders(error),
      "content-type": "application/problem+json",
      "cache-control": "no-store",
    },
  });
}

import { isProblemError, PROBLEMS } from "@framewright/contract";

import type { Config } from "../config.ts";

function systemCode(error: unknown): unknown {
  return error instanceof Error && "code" in error ? error.code : undefined;
}

/** One sentence for the operator: what keeps the service from starting, and what to do about it. */
export function startFailure(error: unknown, config: Config): string {
  if (isProblemError(error)) return `${error.message} ${PROBLEMS[error.code].remedy}`;
  const address = `${config.host}:${config.port}`;
  if (systemCode(error) === "EADDRINUSE") {
    return `${address} is in use by another program. Stop it, or set PRODUCER_PORT.`;
  }
  if (systemCode(error) === "EADDRNOTAVAIL" || systemCode(error) === "EACCES") {
    return `The service may not listen on ${address}. Set PRODUCER_HOST and PRODUCER_PORT.`;
  }
  return error instanceof Error ? error.message : "The service could not start.";
}

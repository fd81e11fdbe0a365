import { isProblemError, PROBLEMS } from "@framewright/contract";

import type { Config } from "../config.ts";

/** The system's code of an address that cannot be listened on. */
function listenCode(error: unknown): unknown {
  const isListening = error instanceof Error && "syscall" in error && error.syscall === "listen";
  return isListening && "code" in error ? error.code : undefined;
}

/** One sentence for the operator: what keeps the service from starting, and what to do about it. */
export function startFailure(error: unknown, config: Config): string {
  if (isProblemError(error)) return `${error.message} ${PROBLEMS[error.code].remedy}`;
  const address = `${config.host}:${config.port}`;
  if (listenCode(error) === "EADDRINUSE") {
    return `${address} is in use by another program. Stop it, or set PRODUCER_PORT.`;
  }
  if (listenCode(error) === "EADDRNOTAVAIL" || listenCode(error) === "EACCES") {
    return `The service may not listen on ${address}. Set PRODUCER_HOST and PRODUCER_PORT.`;
  }
  return error instanceof Error ? error.message : "The service could not start.";
}

import { Socket } from "node:net";

import { isProblemError, ProblemError } from "@framewright/contract";
import { type ClientConfig, DatabaseError } from "pg";

/** How long a connection may take to be made, or to become free. */
const CONNECT_TIMEOUT_MS = 5_000;
/** The server ends a statement that takes longer: none of ours is meant to. */
const STATEMENT_TIMEOUT_MS = 15_000;
/** Beyond the server's own limit nobody answers any more. */
const ANSWER_TIMEOUT_MS = STATEMENT_TIMEOUT_MS + 2_000;
/** A transaction whose owner has died or hangs gives its locks back. */
const IDLE_TRANSACTION_TIMEOUT_MS = 30_000;
const KEEPALIVE_MS = 10_000;

/** The limits by which every wait for the database ends. */
export const LIMITS = {
  application_name: "framewright",
  connectionTimeoutMillis: CONNECT_TIMEOUT_MS,
  statement_timeout: STATEMENT_TIMEOUT_MS,
  query_timeout: ANSWER_TIMEOUT_MS,
  idle_in_transaction_session_timeout: IDLE_TRANSACTION_TIMEOUT_MS,
  keepAlive: true,
  keepAliveInitialDelayMillis: KEEPALIVE_MS,
} as const satisfies ClientConfig;

/** SQLSTATEs of a server that cannot be used now, whatever the statement: connection, access, resources, standby, shutdown, timeout, and transactions that got in each other's way. */
const UNAVAILABLE = /^(08|28|3D|53|57P|58|25006|25P03|57014|40001|40P01|55P03)/;

/** An error of the driver as ours: `database-unavailable` unless the statement itself is at fault. */
export function asDatabaseProblem(error: unknown): unknown {
  if (error instanceof DatabaseError ? !UNAVAILABLE.test(error.code ?? "") : error instanceof TypeError) {
    return error;
  }
  return new ProblemError("database-unavailable", "The database cannot be used at the moment.", {
    cause: error,
  });
}

/** What keeps the database from being used, in words for an operator; never its address, which may hold a password. */
export function describeFailure(error: unknown): string {
  if (isProblemError(error))
    return error.cause instanceof DatabaseError ? describeFailure(error.cause) : error.message;
  if (error instanceof DatabaseError) return `The database refuses: ${error.message} (${error.code}).`;
  if (error instanceof Error && "code" in error && typeof error.code === "string") {
    return `The database does not accept connections (${error.code}).`;
  }
  return "The database does not answer.";
}

/** Sockets that can be cut: a connection that is closed in good order waits for the other end, which may be gone. */
export interface Sockets {
  readonly stream: () => Socket;
  readonly cut: () => void;
}

export function openSockets(): Sockets {
  const open = new Set<Socket>();
  return {
    stream: () => {
      const socket = new Socket();
      open.add(socket);
      socket.once("close", () => open.delete(socket));
      return socket;
    },
    cut: () => {
      for (const socket of open) socket.destroy();
    },
  };
}

import { setTimeout as sleep } from "node:timers/promises";

import { isProblemError, ProblemError } from "@framewright/contract";
import { type ClientConfig, Pool, type PoolClient, type QueryResultRow } from "pg";

import { asDatabaseProblem, LIMITS, openSockets } from "./connection.ts";
import { listen } from "./listen.ts";
import { migrate, MIGRATIONS } from "./migrate.ts";
import { openGate } from "./open-gate.ts";
import { inTransaction, type OpenTransaction, statementsOn, type Transaction } from "./transaction.ts";
import { watchDatabase } from "./watch.ts";

export type { OpenTransaction, Transaction } from "./transaction.ts";

/** Enough for what the service does at once; a server of many services has to serve that many for each. */
const POOL_SIZE = 10;
/**
 * Transactions may wait for each other's locks, for as long as a burst of them takes. So that single statements, signs of
 * life among them, find a connection all the while, transactions have only some, and wait before they take one.
 */
const TRANSACTIONS = 6;
const TURN_TIMEOUT_MS = 30_000;
/** Statements under way may end for so long when the database is closed. */
const CLOSE_TIMEOUT_MS = 2_000;

/** A PostgreSQL database that is looked after: reached again whenever it is lost, and migrated. */
export interface Database extends Transaction {
  /**
   * Runs work in one transaction; it is rolled back when the work throws. When it rejects with
   * `database-unavailable`, the work may have been committed all the same: the answer may be what was lost.
   */
  transaction<T>(work: (tx: OpenTransaction) => Promise<T>): Promise<T>;
  /**
   * Notifications of these channels, on a connection of its own that is made again when it is lost; `onReconnect` is
   * told each time (also the first), so that what was missed can be looked up.
   */
  listen(
    channels: readonly string[],
    onNotification: (channel: string, payload: string) => void,
    onReconnect: () => void,
  ): { close(): Promise<void> };
  /** What is wrong, in words for an operator, while the database cannot be used; null while it can. */
  readonly fault: string | null;
  /** Settles once it was reached and migrated for the first time; rejects when it never can be, or when closed. */
  readonly ready: Promise<void>;
  /** Ends everything, and the server if it is ours. Idempotent. */
  close(): Promise<void>;
}

export interface DatabaseOptions {
  /** Where the database is. */
  readonly connection: ClientConfig;
  /** The server, where it is ours to look after. */
  readonly server?: { readonly fault: string | null; close(): Promise<void> };
  /** (Default: the service's own.) */
  readonly migrations?: URL;
  /** Told what is wrong and is being mended. */
  readonly onWarning: (message: string, cause: unknown) => void;
}

/** Runs work on a client of the pool; one that was cut off or has not answered is not used again. */
async function onClient<T>(pool: Pool, work: (client: PoolClient) => Promise<T>): Promise<T> {
  const client = await pool.connect().catch((error: unknown) => {
    throw asDatabaseProblem(error);
  });
  let isBroken = false;
  // Lost while no statement is under way: the next one fails, and says so.
  const onError = (): void => {
    isBroken = true;
  };
  client.on("error", onError);
  try {
    return await work(client);
  } catch (error) {
    isBroken ||= isProblemError(error) && error.code === "database-unavailable";
    throw error;
  } finally {
    client.off("error", onError);
    client.release(isBroken);
  }
}

/** Opens a database. Nothing is awaited: `ready` and `fault` tell how it goes. */
export function createDatabase(options: DatabaseOptions): Database {
  const { connection, server, migrations = MIGRATIONS, onWarning } = options;
  const sockets = openSockets();
  const pool = new Pool({ ...connection, ...LIMITS, max: POOL_SIZE, stream: sockets.stream });
  // An idle connection was lost: the pool drops it, and hangs all of it on the error, which is not for a log.
  pool.on("error", ({ message }) => onWarning("A connection to the database was lost.", new Error(message)));
  const prepare = async (signal: AbortSignal): Promise<void> => {
    await migrate(connection, migrations, signal);
  };
  const watch = watchDatabase(connection, prepare, (message, cause) => {
    // A server of our own tells itself what is wrong with it.
    if (!server?.fault) onWarning(message, cause);
  });
  const busy = "The database is busy: others were before this for too long.";
  const inTurn = openGate(
    TRANSACTIONS,
    TURN_TIMEOUT_MS,
    () => new ProblemError("database-unavailable", busy),
  );
  const listening = new Set<{ close(): Promise<void> }>();
  const statements = statementsOn(pool);
  let closing: Promise<void> | null = null;
  const checkOpen = (): void => {
    if (closing) throw new ProblemError("shutting-down", "The database is closed.");
  };
  const closeAll = async (): Promise<void> => {
    const followers = [watch, ...listening].map((one) => one.close());
    const ended = pool.end();
    const isOverdue = await Promise.race([ended, sleep(CLOSE_TIMEOUT_MS, true, { ref: false })]);
    // What a transaction waits for besides the database is not ours to end.
    if (isOverdue) sockets.cut();
    await Promise.all(followers);
    await server?.close();
  };

  return {
    async query<R extends QueryResultRow>(text: string, values?: readonly unknown[]) {
      checkOpen();
      return statements.query<R>(text, values);
    },
    async transaction(work) {
      checkOpen();
      return inTurn(() => onClient(pool, (client) => inTransaction(client, work)));
    },
    listen(channels, onNotification, onReconnect) {
      checkOpen();
      const listener = listen(connection, { channels, onNotification, onReconnect, onWarning });
      listening.add(listener);
      return {
        async close() {
          listening.delete(listener);
          await listener.close();
        },
      };
    },
    get fault() {
      return server?.fault ?? watch.fault;
    },
    ready: watch.ready,
    close: () => (closing ??= closeAll()),
  };
}

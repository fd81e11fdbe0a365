import { isProblemError } from "@framewright/contract";
import type pg from "pg";

import { asDatabaseProblem } from "./connection.ts";

/** Where statements run. */
export interface Transaction {
  /**
   * The rows that a statement gives; of several statements, those of all.
   * @throws ProblemError `database-unavailable`; the driver's own error where the statement is at fault
   */
  query<R extends pg.QueryResultRow = pg.QueryResultRow>(
    text: string,
    values?: readonly unknown[],
  ): Promise<R[]>;
}

/** A transaction that is under way. */
export interface OpenTransaction extends Transaction {
  /** Calls this once what was done is there to stay; never when it is rolled back. */
  onCommit(told: () => void): void;
}

type Queryable = Pick<pg.ClientBase, "query">;

/** Statements on a client or a pool. */
export function statementsOn(queryable: Queryable): Transaction {
  return {
    async query<R extends pg.QueryResultRow>(text: string, values?: readonly unknown[]): Promise<R[]> {
      try {
        // The driver's types know only one statement; of several it gives an array.
        const result: pg.QueryResult<R> | pg.QueryResult<R>[] = await queryable.query<R>(
          text,
          values && [...values],
        );
        return Array.isArray(result) ? result.flatMap(({ rows }) => rows) : result.rows;
      } catch (error) {
        throw asDatabaseProblem(error);
      }
    },
  };
}

async function commit(client: Queryable): Promise<void> {
  const { command } = await client.query("COMMIT").catch((error: unknown) => {
    throw asDatabaseProblem(error);
  });
  // What the server answers when a statement failed and its error was dropped.
  if (command !== "COMMIT") throw new Error("The transaction was rolled back: a statement in it had failed.");
}

/**
 * Runs work in one transaction; it is rolled back when the work throws. When it rejects with `database-unavailable`, the
 * caller must close the client.
 */
export async function inTransaction<T>(
  client: Queryable,
  work: (tx: OpenTransaction) => Promise<T>,
): Promise<T> {
  const told: (() => void)[] = [];
  const statements = statementsOn(client);
  await statements.query("BEGIN");
  let result: T;
  try {
    result = await work({ ...statements, onCommit: (each) => void told.push(each) });
    await commit(client);
  } catch (error) {
    // Its connection is not used again, which rolls back too; one that has not answered would not answer this either.
    if (isProblemError(error) && error.code === "database-unavailable") throw error;
    await client.query("ROLLBACK").catch((second: unknown) => {
      throw asDatabaseProblem(new AggregateError([error, second]));
    });
    throw error;
  }
  for (const tell of told) tell();
  return result;
}

import { ProblemError } from "@framewright/contract";
import type pg from "pg";

import { describeFailure, LIMITS } from "./connection.ts";
import { MigrationError } from "./migrate.ts";
import { pause } from "./pause.ts";
import { connectClient, type SingleClient } from "./single-client.ts";

/** Between two questions; at first less after one that was not answered: a start or a restart may take no longer. */
const INTERVAL_MS = 1_000;
const RETRY_MIN_MS = 50;
const READ_ONLY = "The database takes no writes: it is a standby, or was set to read-only.";
/** A server that has not answered the simplest question by then cannot be used. */
const PROBE_TIMEOUT_MS = 3_000;

export interface Watch {
  readonly fault: string | null;
  /** Settles once the database was reached and prepared; rejects when it never can be, or when closed before. */
  readonly ready: Promise<void>;
  close(): Promise<void>;
}

/**
 * Asks the database every second, on a connection of its own so that a busy pool is not taken for a dead database.
 * The first time that it answers, `prepare` is run; again and again until it succeeds.
 */
export function watchDatabase(
  config: pg.ClientConfig,
  prepare: (signal: AbortSignal) => Promise<void>,
  onWarning: (message: string, cause: unknown) => void,
): Watch {
  const { promise: ready, resolve, reject } = Promise.withResolvers<void>();
  // Whoever does not ask need not handle it.
  ready.catch(() => undefined);
  const closing = new AbortController();
  let fault: string | null = "The database has not been reached yet.";
  let isReady = false;
  let failures = 0;
  let connection: SingleClient | null = null;

  const probe = async (): Promise<void> => {
    const limits = { connectionTimeoutMillis: PROBE_TIMEOUT_MS, query_timeout: PROBE_TIMEOUT_MS };
    connection ??= await connectClient({ ...config, ...LIMITS, ...limits }, closing.signal);
    // After a failover the address may still lead to the old server; a full disk or an operator may forbid writes.
    const { rows } = await connection.client.query<{ closed: boolean }>(
      "SELECT current_setting('transaction_read_only')::boolean AS closed",
    );
    if (rows[0]?.closed !== false) throw new ProblemError("database-unavailable", READ_ONLY);
    if (!isReady) await prepare(closing.signal);
  };
  const drop = async (): Promise<void> => {
    await connection?.[Symbol.asyncDispose]();
    connection = null;
  };
  const fail = (error: unknown): void => {
    const isFinal = error instanceof MigrationError;
    const words = isFinal ? error.message : describeFailure(error);
    if (words !== fault) onWarning(words, error);
    fault = words;
    if (!isFinal) return;
    reject(error);
    closing.abort();
  };
  const turn = async (): Promise<void> => {
    try {
      await probe();
      fault = null;
      failures = 0;
      isReady = true;
      resolve();
    } catch (error) {
      await drop();
      failures += 1;
      if (!closing.signal.aborted) fail(error);
    }
  };
  const run = async (): Promise<void> => {
    while (!closing.signal.aborted) {
      await turn();
      const retryMs = failures === 0 ? INTERVAL_MS : RETRY_MIN_MS * 2 ** (failures - 1);
      await pause(Math.min(INTERVAL_MS, retryMs), closing.signal);
    }
    await drop();
  };
  const running = run();

  return {
    get fault() {
      return fault;
    },
    ready,
    async close() {
      closing.abort();
      reject(new Error("The database was closed before it was reached."));
      await running;
    },
  };
}

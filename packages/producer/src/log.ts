import { setTimeout as sleep } from "node:timers/promises";

import pino from "pino";
import pretty from "pino-pretty";

export type Log = pino.Logger;
export type LogLevel = "trace" | "debug" | "info" | "warn" | "error" | "fatal" | "silent";

export interface LogOptions {
  readonly level: LogLevel;
  readonly format: "json" | "pretty";
}

/** What is not read of the log is kept up to this size; then lines are left out. */
const MAX_UNREAD_BYTES = 8 * 2 ** 20;
const FLUSH_MS = 250;

/**
 * Writes to standard output, without waiting for whoever reads it: a reader that stops costs lines of the log, and no
 * time of the service.
 */
export function createLog({ level, format }: LogOptions): Log {
  const options: pino.LoggerOptions = {
    level,
    base: null,
    timestamp: pino.stdTimeFunctions.isoTime,
    formatters: { level: (label) => ({ level: label }) },
  };
  // With a least length of nothing, `flush` would not wait for what is being written.
  const unread = { sync: false, minLength: 1, maxLength: MAX_UNREAD_BYTES };
  if (format === "json") return pino(options, pino.destination(unread));
  return pino(options, pretty({ sync: true, ignore: "pid,hostname", translateTime: "SYS:HH:MM:ss.l" }));
}

/** Waits until what was logged is written, for a quarter of a second: before the process ends. */
export async function flushLog(log: Log): Promise<void> {
  const written = new Promise<void>((resolve) => log.flush(() => resolve()));
  await Promise.race([written, sleep(FLUSH_MS)]);
}

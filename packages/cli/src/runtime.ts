import type { ProducerModule } from "./local-producer.ts";

/** Where text goes; `process.stdout` and `process.stderr` are two. */
export interface Output {
  write(text: string): unknown;
  readonly isTTY?: boolean;
  readonly columns?: number;
}

/** What the commands take from the process, so that a test can stand in for it. */
export interface Runtime {
  /** Results, and with --json nothing but JSON. */
  readonly stdout: Output;
  /** Progress, warnings and errors for people. */
  readonly stderr: Output;
  /** Aborts with `Interrupted` when the user or the system wants the command to end. */
  readonly signal: AbortSignal;
  readonly loadProducer: () => Promise<ProducerModule>;
}

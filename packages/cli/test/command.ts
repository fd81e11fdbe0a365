import type { ProducerModule } from "../src/local-producer.ts";
import { run } from "../src/run.ts";

export interface Outcome {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

export interface CommandOptions {
  readonly isTTY?: boolean;
  readonly columns?: number;
  readonly signal?: AbortSignal;
  readonly producer?: ProducerModule;
}

/** Runs a command line in this process. */
export async function command(args: readonly string[], options: CommandOptions = {}): Promise<Outcome> {
  const { isTTY = false, columns = 100, signal = new AbortController().signal, producer } = options;
  const text = { stdout: "", stderr: "" };
  const code = await run(args, {
    stdout: { write: (chunk) => (text.stdout += chunk) },
    stderr: { write: (chunk) => (text.stderr += chunk), isTTY, columns },
    signal,
    loadProducer: async () => {
      if (!producer) throw new Error("no producer was expected to be loaded");
      return producer;
    },
  });
  return { code, ...text };
}

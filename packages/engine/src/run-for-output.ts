import { spawn } from "node:child_process";
import type { Readable } from "node:stream";
import { pipeline } from "node:stream/promises";

import { isErrno } from "./is-errno.ts";
import { boundedTail } from "./tail.ts";

export interface RunOptions {
  /** Epoch milliseconds after which the child is killed. */
  readonly deadline: number;
  readonly signal?: AbortSignal | undefined;
  /** Variables besides the locale. (Default: none.) */
  readonly env?: Readonly<Record<string, string>>;
  /** What its standard input is. (Default: nothing.) */
  readonly input?: AsyncIterable<Buffer>;
  /** Takes the standard output instead of collecting it. */
  readonly onOutput?: (output: Readable) => void;
}

/** Ended with something other than success; `message` is the tail of its standard error. */
export class RunError extends Error {
  override readonly name = "RunError";
}

/** Ten megabytes hold any listing that is asked for; more means that something is wrong. */
const MAX_OUTPUT_BYTES = 10 * 1024 * 1024;

/**
 * Runs a program to its end and gives its standard output.
 * @throws RunError when it fails, exceeds its deadline, or prints too much
 */
export function runForOutput(file: string, args: readonly string[], options: RunOptions): Promise<string> {
  return new Promise((resolve, reject) => {
    const child = spawn(file, args, {
      stdio: [options.input ? "pipe" : "ignore", "pipe", "pipe"],
      env: { LANG: "C.UTF-8", ...options.env },
    });
    // Both are pipes, as asked for in `stdio`.
    const [stdout, errors] = [child.stdout as Readable, child.stderr as Readable];
    const stderr = boundedTail(errors);
    const chunks: Buffer[] = [];
    let bytes = 0;
    let failure: Error | null = null;
    const kill = (reason: string): void => {
      failure ??= new RunError(reason);
      child.kill("SIGKILL");
    };
    const timer = setTimeout(() => kill("exceeded its deadline"), Math.max(0, options.deadline - Date.now()));
    const onAbort = (): void => kill("was cancelled");
    options.signal?.addEventListener("abort", onAbort, { once: true });
    if (options.signal?.aborted) onAbort();
    if (options.onOutput) options.onOutput(stdout);
    else {
      stdout.on("data", (chunk: Buffer) => {
        bytes += chunk.length;
        if (bytes > MAX_OUTPUT_BYTES) kill("printed too much");
        else chunks.push(chunk);
      });
    }
    const settle = (error: Error | null): void => {
      clearTimeout(timer);
      options.signal?.removeEventListener("abort", onAbort);
      if (error) reject(error);
      else resolve(Buffer.concat(chunks).toString("utf8"));
    };
    if (options.input && child.stdin) {
      pipeline(options.input, child.stdin).catch((error: unknown) => {
        // A program that has ended explains it better by how it did.
        if (!isErrno(error) || error.code !== "EPIPE")
          kill(error instanceof Error ? error.message : String(error));
      });
    }
    child.once("error", (error) => settle(new RunError(error.message, { cause: error })));
    child.once("close", (code) => settle(failure ?? (code === 0 ? null : new RunError(stderr.text()))));
  });
}

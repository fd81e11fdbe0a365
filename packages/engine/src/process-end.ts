import type { ProcessEnd } from "@framewright/contract";

/** What an operator, an init or the kernel sends; a program that fails by itself ends of others. */
const SENT = new Set<string>(["SIGKILL", "SIGTERM", "SIGINT", "SIGHUP"]);

/** How a child process ended, for the evidence. */
export function processEnd(
  process: ProcessEnd["process"],
  code: number | null,
  signal: NodeJS.Signals | null,
): ProcessEnd {
  if (signal === null) return { process, reason: "exit", code, signal };
  return { process, reason: SENT.has(signal) ? "killed" : "crash", code, signal };
}

/** How a child process ended that never did any work; its exit, where it had one. */
export function neverStarted(
  process: ProcessEnd["process"],
  code: number | null = null,
  signal: NodeJS.Signals | null = null,
): ProcessEnd {
  return { process, reason: "start", code, signal };
}

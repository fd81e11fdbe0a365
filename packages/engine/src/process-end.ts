import { constants } from "node:os";

import type { ProcessEnd } from "@framewright/contract";

/** What an operator, an init or the kernel sends; a program that fails by itself ends of others. */
const SENT = new Set<string>(["SIGKILL", "SIGTERM", "SIGINT", "SIGHUP"]);

/** A shell tells by 128 and the signal's number that a signal ended its last command. */
const SIGNAL_BASE = 128;

function signalIn(code: number | null): string | null {
  const [name] = Object.entries(constants.signals).find(([, number]) => code === SIGNAL_BASE + number) ?? [];
  return name ?? null;
}

/** How a child process ended, for the evidence; of what a script has started, the script's exit code tells it. */
export function processEnd(
  process: ProcessEnd["process"],
  code: number | null,
  killedBy: NodeJS.Signals | null,
): ProcessEnd {
  const signal = killedBy ?? signalIn(code);
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

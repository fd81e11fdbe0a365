import { hasCode } from "./has-code.ts";

/** Sends a signal; false when the process has ended by itself since it was listed. */
export function sendSignal(pid: number, signal: NodeJS.Signals): boolean {
  try {
    return process.kill(pid, signal);
  } catch (error) {
    if (hasCode(error, "ESRCH")) return false;
    throw error;
  }
}

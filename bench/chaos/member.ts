import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { createInterface } from "node:readline";

const ENTRY = new URL("../../packages/producer/src/main.ts", import.meta.url).pathname;
/** As an orchestrator would start a process again that has ended. */
const RESTART_MS = 300;
const STOP_TIMEOUT_MS = 20_000;

/** A process of the fleet, started again whenever it ends. */
export interface Member {
  readonly name: string;
  /** Its process now; null between two lives. */
  readonly pid: number | null;
  readonly starts: number;
  close(): Promise<void>;
}

/** Starts a process of the service with these variables, and keeps it running until closed. */
export function startMember(
  name: string,
  env: Readonly<Record<string, string>>,
  onLine: (line: string) => void,
): Member {
  let child: ChildProcess | null = null;
  let starts = 0;
  const closing = new AbortController();
  const life = async (): Promise<void> => {
    starts += 1;
    const started = spawn(process.execPath, [ENTRY], {
      stdio: ["ignore", "pipe", "inherit"],
      env: { PATH: process.env["PATH"], HOME: process.env["HOME"], ...env },
      detached: true,
    });
    child = started;
    createInterface({ input: started.stdout }).on("line", onLine);
    await once(started, "exit");
    child = null;
  };
  const lives = (async () => {
    while (!closing.signal.aborted) {
      await life();
      await new Promise((resolve) => setTimeout(resolve, RESTART_MS));
    }
  })();
  return {
    name,
    get pid() {
      return child?.pid ?? null;
    },
    get starts() {
      return starts;
    },
    async close() {
      closing.abort();
      child?.kill("SIGTERM");
      const killer = setTimeout(() => child?.kill("SIGKILL"), STOP_TIMEOUT_MS);
      await lives;
      clearTimeout(killer);
    },
  };
}

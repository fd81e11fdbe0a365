import { type ChildProcessWithoutNullStreams, spawn } from "node:child_process";
import { once } from "node:events";
import { realpath } from "node:fs/promises";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";

import { killServerProcesses } from "../postgres/embedded/server-processes.ts";
import { blockOrder } from "./block-order.ts";
import { readLogLine } from "./log-line.ts";
import { allProcesses, processTree, type RunningProcess, survivors } from "./process-tree.ts";
import { sendSignal } from "../scratch/send-signal.ts";
import { until } from "./until.ts";

/** A cold start takes about two seconds; a busy machine needs longer. */
const START_TIMEOUT_MS = 30_000;
/** Of what a service that does not start wrote to stderr, in characters. */
const MAX_COMPLAINT = 500;
/** After SIGKILL only the kernel can keep it. */
const KILLED_WITHIN_MS = 5_000;

/** A service that runs as a process of its own, to be disturbed. */
export interface ServiceProcess {
  readonly pid: number;
  readonly url: string;
  readonly healthUrl: string;
  readonly dataDir: string;
  /** Tells the main loop to stand still for so long; it obeys at its next turn. */
  block(durationMs: number): void;
  isAlive(): boolean;
  /** Sends a signal and waits for the end: the exit code, or the signal that ended it. Throws when it does not end in time. */
  end(signal: NodeJS.Signals, timeoutMs: number): Promise<number | NodeJS.Signals | null>;
  /** Kills it, if it still lives, with all that was below it then or at `end`; waits until nothing of it is left. */
  kill(): Promise<void>;
}

interface Addresses {
  readonly url: string;
  readonly healthUrl: string;
}

async function addressesOf(child: ChildProcessWithoutNullStreams, signal: AbortSignal): Promise<Addresses> {
  let found: Addresses | null = null;
  let complaint = "";
  child.stderr.on("data", (data: Buffer) => {
    complaint = (complaint + data.toString()).slice(0, MAX_COMPLAINT);
  });
  createInterface({ input: child.stdout }).on("line", (line) => {
    const said = readLogLine(line);
    if (said?.msg === "ready") found = { url: said.url ?? "", healthUrl: said.health ?? "" };
    if (said?.level === "fatal") complaint = said.msg;
  });
  const look = async (): Promise<Addresses | null> => {
    if (child.exitCode === null && child.signalCode === null && child.pid !== undefined) return found;
    throw new Error(`The service does not start: ${complaint.trim() || "its log does not say why"}`);
  };
  const { seen } = await until(look, { what: "the service is ready", timeoutMs: START_TIMEOUT_MS, signal });
  return seen;
}

/** Waits for the end of a process that lives. */
async function exitOf(child: ChildProcessWithoutNullStreams, timeoutMs: number): Promise<void> {
  const late = AbortSignal.timeout(timeoutMs);
  try {
    await once(child, "exit", { signal: late });
  } catch (error) {
    throw late.aborted ? new Error(`the service did not end within ${timeoutMs / 1000} s`) : error;
  }
}

/** Before a first worker is ready, the start would be blamed for what is late. */
async function warm(healthUrl: string, signal: AbortSignal): Promise<void> {
  const look = async (): Promise<true | null> => {
    const answer = await fetch(`${healthUrl}/startupz`, {
      signal: AbortSignal.any([signal, AbortSignal.timeout(START_TIMEOUT_MS)]),
    });
    await answer.arrayBuffer();
    return answer.ok || null;
  };
  await until(look, { what: "a worker is ready", timeoutMs: START_TIMEOUT_MS, signal });
}

/** Also those that cannot notice that their service has ended, such as a stopped one. */
async function killAll(processes: readonly RunningProcess[]): Promise<void> {
  const groups = new Set(processes.map(({ group }) => group));
  const gone = async (): Promise<true | null> => {
    // What was started since they were looked for is in the group of who started it.
    const members = (await allProcesses()).filter(({ group }) => groups.has(group));
    const left = [...(await survivors(processes)), ...members];
    for (const { pid } of left) sendSignal(pid, "SIGKILL");
    return left.length === 0 || null;
  };
  const signal = AbortSignal.timeout(2 * KILLED_WITHIN_MS);
  await until(gone, { what: "the service's processes are gone", timeoutMs: KILLED_WITHIN_MS, signal });
}

/** A database server outlives its service when that is killed; one that was adopted is below nobody. */
async function killDatabase(dataDir: string): Promise<void> {
  const dir = join(await realpath(dataDir), "postgres", "data");
  if (!(await killServerProcesses(dir, KILLED_WITHIN_MS))) throw new Error("the database does not end");
}

/** Starts the service with the given environment and its data in `dataDir`, and waits until it and a worker are ready. */
export async function startServiceProcess(
  dataDir: string,
  env: Readonly<Record<string, string | undefined>>,
  signal: AbortSignal,
): Promise<ServiceProcess> {
  signal.throwIfAborted();
  const child = spawn(process.execPath, [fileURLToPath(new URL("./service.ts", import.meta.url))], {
    // A group of its own: an interrupt at the terminal is for whoever disturbs it, who then ends it.
    detached: true,
    stdio: ["pipe", "pipe", "pipe"],
    env: {
      ...env,
      PRODUCER_HOST: "127.0.0.1",
      // What a service on this machine may be configured to share.
      PRODUCER_ROLE: "all",
      PRODUCER_API_KEYS: "",
      PRODUCER_STORE_URL: "",
      DATABASE_URL: "",
      PRODUCER_PORT: "0",
      PRODUCER_HEALTH_HOST: "127.0.0.1",
      PRODUCER_HEALTH_PORT: "0",
      PRODUCER_DISABLE_HEALTH_WORKER: "false",
      PRODUCER_DATA_DIR: dataDir,
      PRODUCER_LOG_LEVEL: "info",
      PRODUCER_LOG_FORMAT: "json",
    },
  });
  // A failure to start shows as the missing pid, and a dead service's stdin cannot be written to.
  child.on("error", () => undefined);
  child.stdin.on("error", () => undefined);
  const hasEnded = (): boolean =>
    child.pid === undefined || child.exitCode !== null || child.signalCode !== null;
  // What outlives the service can no longer be found by way of it.
  const seen: RunningProcess[] = [];
  const end: ServiceProcess["end"] = async (name, timeoutMs) => {
    if (child.pid !== undefined && !hasEnded()) seen.push(...(await processTree(child.pid)));
    if (!hasEnded()) {
      const exited = exitOf(child, timeoutMs);
      child.kill(name);
      await exited;
    }
    return child.exitCode ?? child.signalCode;
  };
  const kill = async (): Promise<void> => {
    await end("SIGKILL", KILLED_WITHIN_MS);
    await killAll(seen);
    await killDatabase(dataDir);
  };
  try {
    const addresses = await addressesOf(child, signal);
    await warm(addresses.healthUrl, signal);
    return {
      pid: child.pid ?? 0,
      ...addresses,
      dataDir,
      block: (durationMs) => void child.stdin.write(blockOrder(durationMs)),
      isAlive: () => !hasEnded(),
      end,
      kill,
    };
  } catch (error) {
    await kill();
    throw error;
  }
}

import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { fileURLToPath } from "node:url";

import { openFolder } from "./machine.ts";
import { testEnvironment } from "./producer.ts";

/** A cold start takes about two seconds; a busy machine needs longer. */
const READY_TIMEOUT_MS = 20_000;
const EXIT_TIMEOUT_MS = 15_000;
const MAX_LOG_CHARS = 1_000_000;

export interface ProducerProcess extends AsyncDisposable {
  readonly pid: number;
  /** Empty where the API is not served. */
  readonly url: string;
  readonly healthUrl: string;
  readonly child: ChildProcess;
  /** The log so far. */
  log(): string;
  /** Sends a signal and waits for the end; gives the exit code, or the signal that ended it. */
  end(signal: NodeJS.Signals): Promise<number | NodeJS.Signals | null>;
}

export const FROM_SOURCE = fileURLToPath(new URL("../../src/main.ts", import.meta.url));

/** As `pnpm dev` and `pnpm start` have it: what a burst of requests took is given back soon. */
const NODE_FLAGS = ["--max-semi-space-size=8"];

interface ReadyLine {
  readonly msg: string;
  readonly url: string | null;
  readonly health: string;
}

function findReady(log: string): ReadyLine | undefined {
  const lines = log.split("\n").slice(0, -1);
  const parsed = lines.map((line) => JSON.parse(line) as ReadyLine);
  return parsed.find(({ msg }) => msg === "ready");
}

/** Starts a producer as a program of its own, by way of another program if need be, and waits until it says where it listens. */
export async function startProducerProcess(
  entry: string,
  dataDir: string,
  env: Readonly<Record<string, string>> = {},
  through: readonly string[] = [],
): Promise<ProducerProcess> {
  const home = await openFolder();
  const [program, ...args] = [...through, process.execPath, ...NODE_FLAGS, entry];
  const child = spawn(program, args, {
    cwd: home.dir,
    env: { ...process.env, ...(await testEnvironment(dataDir)), PRODUCER_LOG_LEVEL: "info", ...env },
    stdio: ["ignore", "pipe", "pipe"],
  });
  let log = "";
  let errors = "";
  let isReady = false;
  const exited = once(child, "exit");
  const ready = new Promise<ReadyLine>((resolve, reject) => {
    const fail = (why: string): void => reject(new Error(`${why}\n${log}\n${errors}`));
    const timer = setTimeout(() => fail("not ready in time"), READY_TIMEOUT_MS);
    child.stdout.on("data", (data: Buffer) => {
      log = (log + data.toString()).slice(-MAX_LOG_CHARS);
      const line = isReady ? undefined : findReady(log);
      if (!line) return;
      isReady = true;
      clearTimeout(timer);
      resolve(line);
    });
    child.stderr.on("data", (data: Buffer) => (errors = (errors + data.toString()).slice(-MAX_LOG_CHARS)));
    child.once("exit", (code) => {
      clearTimeout(timer);
      fail(`ended with code ${code} before it was ready`);
    });
  });
  const end = async (signal: NodeJS.Signals): Promise<number | NodeJS.Signals | null> => {
    if (child.exitCode === null && child.signalCode === null) {
      child.kill(signal);
      const killer = setTimeout(() => child.kill("SIGKILL"), EXIT_TIMEOUT_MS);
      await exited;
      clearTimeout(killer);
    }
    return child.exitCode ?? child.signalCode;
  };
  const dispose = async (): Promise<void> => {
    await end("SIGTERM");
    await home[Symbol.asyncDispose]();
  };
  try {
    const { url, health } = await ready;
    return {
      pid: child.pid ?? 0,
      url: url ?? "",
      healthUrl: health,
      child,
      log: () => log,
      end,
      [Symbol.asyncDispose]: dispose,
    };
  } catch (error) {
    child.kill("SIGKILL");
    await dispose();
    throw error;
  }
}

import { Worker } from "node:worker_threads";

import type { HealthWorkerData } from "./health-protocol.ts";

/** Whether a thread came to listen, and if not, why. */
export type ThreadStart = { readonly port: number } | { readonly port: null; readonly reason: string };

/** One thread, from its start to its end. Nothing here rejects. */
export interface ThreadLife {
  readonly started: Promise<ThreadStart>;
  /** Resolves once the thread is gone, with why. */
  readonly ended: Promise<string>;
  /** Asks the thread to end, and terminates it after `graceMs`. Resolves once it is gone. */
  stop(graceMs: number): Promise<void>;
}

/** Ample for a few sockets; a leak ends the thread, not the service. */
const RESOURCE_LIMITS = { maxOldGenerationSizeMb: 64, maxYoungGenerationSizeMb: 8 };

/** How long a terminated thread may take to be gone. */
const TERMINATE_TIMEOUT_MS = 1000;

/** Starts a thread that shall listen within `startTimeoutMs`. Throws if the system gives no thread. */
export function startThread(entry: URL, workerData: HealthWorkerData, startTimeoutMs: number): ThreadLife {
  const worker = new Worker(entry, { workerData, execArgv: [], env: {}, resourceLimits: RESOURCE_LIMITS });
  const ended = Promise.withResolvers<string>();
  let fault: string | undefined;
  let stopping = false;
  worker.once("error", (error) => (fault = `It failed: ${String(error)}`));
  worker.once("exit", (code) =>
    ended.resolve(fault ?? (stopping ? "It was closed." : `It exited with code ${code}.`)),
  );

  async function stop(graceMs: number): Promise<void> {
    stopping = true;
    worker.postMessage("close");
    if (await settlesWithin(ended.promise, graceMs)) return;
    if (await settlesWithin(worker.terminate(), TERMINATE_TIMEOUT_MS)) return;
    ended.resolve("It could not be terminated.");
  }
  return {
    started: firstOutcome(worker, ended.promise, workerData, startTimeoutMs),
    ended: ended.promise,
    stop,
  };
}

/** The first of: a message, the thread's end, and the deadline. */
async function firstOutcome(
  worker: Worker,
  ended: Promise<string>,
  { port, host }: HealthWorkerData,
  startTimeoutMs: number,
): Promise<ThreadStart> {
  const outcome = Promise.withResolvers<ThreadStart>();
  worker.once("message", (message: unknown) => outcome.resolve(readMessage(message, `${host}:${port}`)));
  void ended.then((reason) => outcome.resolve({ port: null, reason }));
  if (!(await settlesWithin(outcome.promise, startTimeoutMs))) {
    outcome.resolve({ port: null, reason: `It did not listen within ${startTimeoutMs} ms.` });
  }
  return outcome.promise;
}

/** Trusts no message: the thread may run an entry that speaks otherwise. */
function readMessage(message: unknown, address: string): ThreadStart {
  if (typeof message === "object" && message !== null) {
    if ("port" in message && typeof message.port === "number") return { port: message.port };
    if ("failure" in message)
      return { port: null, reason: describeFailure(String(message.failure), address) };
  }
  return { port: null, reason: "Its first message was not understood." };
}

function describeFailure(code: string, address: string): string {
  if (code === "EADDRINUSE") {
    return `${address} is already in use. End what uses it, or set PRODUCER_HEALTH_PORT to another port.`;
  }
  if (code === "EACCES") return `${address} may not be used. Set PRODUCER_HEALTH_PORT to a port above 1023.`;
  return `${address} cannot be listened on (${code}).`;
}

function settlesWithin(promise: Promise<unknown>, timeoutMs: number): Promise<boolean> {
  return new Promise((resolve) => {
    // After a stall of this loop the timer is due before the messages that arrived meanwhile: let them in first.
    const timer = setTimeout(() => setImmediate(resolve, false), timeoutMs);
    const settle = (): void => {
      clearTimeout(timer);
      resolve(true);
    };
    promise.then(settle, settle);
  });
}

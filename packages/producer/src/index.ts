import { readKept } from "@framewright/local-cdn/kept-files";

import { ConfigError, readConfig, readEnvironment, readMachine } from "./config.ts";
import { tellUnusedVariables } from "./hyperframes-variables.ts";
import { createLog } from "./log.ts";
import { libraryCache, type Producer, startProducer as start } from "./producer.ts";
import { createShutdown, type ShutdownStep } from "./shutdown.ts";
import { checkFolders } from "./startup/check-folders.ts";

export { type ChaosFinding, runChaos } from "./chaos/run-chaos.ts";
export { runDoctor, type DoctorCheck } from "./doctor/run-doctor.ts";

/** Bytes that a page on this machine was served in the place of a CDN, by their integrity; null when they are not kept. */
export function readLibrary(integrity: string): Promise<Buffer | null> {
  return readKept(libraryCache(readMachine(readEnvironment({})).cacheDir), integrity);
}

/** A service inside the calling process. It installs no signal handlers. */
export interface EmbeddedProducer extends Producer {
  readonly url: string;
  /** Ends it with everything it started, in bounded time. Idempotent. */
  close(): Promise<void>;
}

/**
 * Starts the service with this process's environment and the given variables over it.
 * @throws ConfigError when a variable is not valid, ProblemError when the machine lacks a tool
 */
export async function startProducer({ env }: { env: Record<string, string> }): Promise<EmbeddedProducer> {
  const merged = readEnvironment(env);
  const config = readConfig(merged);
  const log = createLog({ level: config.logLevel, format: config.logFormat });
  tellUnusedVariables(merged, log);
  const steps: ShutdownStep[] = [];
  const exit = (): void => undefined;
  const shutdown = createShutdown({ log, drainMs: config.drainMs, steps: () => steps, exit });
  const close = (): Promise<void> => shutdown.start("closed by its owner");
  try {
    await checkFolders(config);
    const { signal } = new AbortController();
    const producer = await start({ config, machine: readMachine(merged), log, steps, signal });
    const { url } = producer;
    if (url === null)
      throw new ConfigError(["PRODUCER_ROLE: a service within another program serves the API"]);
    return { ...producer, url, close };
  } catch (error) {
    await close();
    throw error;
  }
}

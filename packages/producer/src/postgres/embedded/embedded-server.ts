import { realpath } from "node:fs/promises";

import type pg from "pg";

import { makeFolder } from "../../scratch/make-folder.ts";
import { isAlive } from "../../scratch/owner.ts";
import { pause } from "../pause.ts";
import { boundFile } from "./bound-file.ts";
import { type Claim, claimFolder } from "./claim.ts";
import { type Cluster, openCluster } from "./cluster.ts";
import { connectionOf, raisePostmaster, stopPostmaster } from "./postmaster.ts";

const LOOK_MS = 200;
const RETRY_MIN_MS = 100;
const RETRY_MAX_MS = 2_000;
/** A server that has lived for so long is not one that ends at every start. */
const STEADY_MS = 10_000;
const MAX_LOG_BYTES = 4 * 2 ** 20;

export interface EmbeddedOptions {
  /** The server's folder; made when it is missing. */
  readonly dir: string;
  /** Where programs from npm are unpacked, where they cannot be run as they were installed. */
  readonly cacheDir: string;
  readonly signal: AbortSignal;
  readonly onWarning: (message: string, cause: unknown) => void;
}

/** A PostgreSQL server of this process's own: started again when it ends, ended with this process. */
export interface EmbeddedServer {
  /** How to reach it, from this process only. */
  readonly connection: pg.ClientConfig;
  /** What is wrong while it does not run; null while it does. */
  readonly fault: string | null;
  /** Ends the server within 5 s and lets others have the folder. Idempotent. */
  close(): Promise<void>;
}

const messageOf = (error: unknown): string => (error instanceof Error ? error.message : String(error));

function superviseServer(
  cluster: Cluster,
  claim: Claim,
  onWarning: EmbeddedOptions["onWarning"],
): EmbeddedServer {
  const closing = new AbortController();
  const { signal } = closing;
  let fault: string | null = "PostgreSQL is being started.";
  let failures = 0;
  let closed: Promise<void> | null = null;

  /** Raises the server and follows it until it has ended. */
  const live = async (): Promise<void> => {
    const postmaster = await raisePostmaster(cluster, signal);
    const readyAt = performance.now();
    fault = null;
    while (!signal.aborted && (await isAlive(postmaster))) {
      await pause(LOOK_MS, signal);
      await boundFile(cluster.logFile, MAX_LOG_BYTES);
      if (await claim.isLost()) return giveUp();
      if (performance.now() - readyAt > STEADY_MS) failures = 0;
    }
    if (!signal.aborted) throw new Error("it has ended unasked.");
  };
  const giveUp = async (): Promise<void> => {
    closing.abort();
    fault =
      "Another service has taken the database folder over, for this one had stood still; or it was removed. Start this one again.";
    onWarning(fault, undefined);
    await stopPostmaster(cluster);
  };
  const run = async (): Promise<void> => {
    while (!signal.aborted) {
      await live().catch((error: unknown) => {
        if (signal.aborted) return;
        failures += 1;
        fault = `PostgreSQL does not run: ${messageOf(error)}`;
        onWarning("PostgreSQL does not run; it is started again.", error);
      });
      await pause(Math.min(RETRY_MAX_MS, RETRY_MIN_MS * 2 ** Math.max(0, failures - 1)), signal);
    }
  };
  const running = run();
  const closeAll = async (): Promise<void> => {
    closing.abort();
    await running;
    await stopPostmaster(cluster);
    await cluster.close();
    await claim.release();
  };

  return {
    connection: connectionOf(cluster),
    get fault() {
      return fault;
    },
    close: () => (closed ??= closeAll()),
  };
}

/**
 * Makes this process the owner of the folder's database and looks after its server; `fault` tells how it goes.
 * Throws a plain Error, which says what to do, when the folder cannot be used: it has a living owner, was made by
 * another version, or cannot be written.
 */
export async function startEmbedded({
  dir,
  cacheDir,
  signal,
  onWarning,
}: EmbeddedOptions): Promise<EmbeddedServer> {
  await makeFolder(dir);
  const folder = await realpath(dir);
  const claim = await claimFolder(folder, signal, onWarning);
  try {
    const cluster = await openCluster({ dir: folder, cacheDir, signal });
    return superviseServer(cluster, claim, onWarning);
  } catch (error) {
    await claim.release();
    throw error;
  }
}

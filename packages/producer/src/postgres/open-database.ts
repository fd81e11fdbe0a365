import { join } from "node:path";

import { createDatabase, type Database } from "./database.ts";
import { startEmbedded } from "./embedded/embedded-server.ts";

export interface OpenDatabaseOptions {
  /** Where the database is; undefined: a server of the service's own, in `<dataDir>/postgres`. */
  readonly url: string | undefined;
  readonly dataDir: string;
  /** Where programs from npm are unpacked, where they cannot be run as they were installed. */
  readonly cacheDir: string;
  /** Aborting stops the opening. */
  readonly signal: AbortSignal;
  /** Told what is wrong and is being mended. */
  readonly onWarning: (message: string, cause: unknown) => void;
}

/**
 * Opens the service's database. It need not be reached yet: `ready` and `fault` tell how it goes.
 * Throws a plain Error, which says what to do, when a server of our own cannot be started from this folder.
 */
export async function openDatabase(options: OpenDatabaseOptions): Promise<Database> {
  const { url, dataDir, onWarning } = options;
  if (url !== undefined) return createDatabase({ connection: { connectionString: url }, onWarning });
  const server = await startEmbedded({ ...options, dir: join(dataDir, "postgres") });
  return createDatabase({ connection: server.connection, server, onWarning });
}

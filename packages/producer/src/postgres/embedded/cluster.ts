import { chown, mkdir, open, readFile, rename, rm, stat } from "node:fs/promises";
import { join } from "node:path";

import { hasCode } from "../../scratch/has-code.ts";
import { findPrograms, type Programs } from "./programs.ts";
import { runProgram, type ServerUser } from "./run-program.ts";
import { killServerProcesses } from "./server-processes.ts";

/** The user of the server when this process is root: `nobody`, unless the data belongs to another already. */
const NOBODY = 65_534;
const INIT_TIMEOUT_MS = 120_000;
const KILL_TIMEOUT_MS = 2_000;
/** The longest path of a Unix socket (sun_path, without the closing NUL). */
const MAX_SOCKET_PATH_BYTES = 107;
/**
 * A server is told its data directory so: it is started there. Its user need not be able to enter the folders above,
 * and the path of its socket is short.
 */
export const HERE = "/proc/self/cwd";
export const SUPERUSER = "framewright";
export const PORT = 5432;

/** A data directory with what is needed to serve it. */
export interface Cluster {
  /** A real path. */
  readonly dataDir: string;
  readonly logFile: string;
  readonly user: ServerUser | null;
  readonly programs: Programs;
  /** What tells this data from any other's (the system identifier). */
  readonly identity: string;
  /** The folder of the socket, by a path that is short enough for one. */
  readonly socketDir: string;
  close(): Promise<void>;
}

export interface OpenClusterOptions {
  /** A real path; it holds the data and the log. */
  readonly dir: string;
  readonly cacheDir: string;
  readonly signal: AbortSignal;
}

async function ownerOf(path: string): Promise<{ uid: number; gid: number } | null> {
  try {
    const { uid, gid } = await stat(path);
    return { uid, gid };
  } catch (error) {
    if (hasCode(error, "ENOENT")) return null;
    throw error;
  }
}

function serverUser(dataDir: string, owner: ServerUser | null): ServerUser | null {
  const self = process.geteuid?.();
  if (self === 0) return owner === null || owner.uid === 0 ? { uid: NOBODY, gid: NOBODY } : owner;
  if (owner === null || owner.uid === self) return null;
  throw new Error(
    `The database in ${dataDir} belongs to another user (uid ${owner.uid}). Run the service as that user, or set PRODUCER_DATA_DIR to a folder of its own.`,
  );
}

/** Makes the data aside, so that a half-made one is never used. */
async function initialise(dataDir: string, programs: Programs, user: ServerUser | null, signal: AbortSignal) {
  const aside = `${dataDir}.new`;
  await killServerProcesses(aside, KILL_TIMEOUT_MS);
  await rm(aside, { recursive: true, force: true });
  await mkdir(aside, { mode: 0o700 });
  if (user) await chown(aside, user.uid, user.gid);
  const locale = ["--locale=C", "--locale-provider=builtin", "--builtin-locale=C.UTF-8", "--encoding=UTF8"];
  // Only those who can enter the data directory reach its socket: this user, the server's, and root.
  const args = [`--pgdata=${HERE}`, `--username=${SUPERUSER}`, "--auth=trust", ...locale];
  const options = { cwd: aside, user, timeoutMs: INIT_TIMEOUT_MS, signal };
  await runProgram(join(programs.binDir, "initdb"), args, options).catch((cause: Error) => {
    throw new Error(`PostgreSQL cannot make its data (${cause.message}). Mend that, or set DATABASE_URL.`, {
      cause,
    });
  });
  await rename(aside, dataDir);
}

async function checkVersion(dataDir: string, { major }: Programs): Promise<void> {
  const text = await readFile(join(dataDir, "PG_VERSION"), "utf8").catch((cause: unknown) => {
    throw new Error(`${dataDir} does not hold a database. Move it away to start with a new one.`, { cause });
  });
  if (text.trim() === major) return;
  throw new Error(
    `The database in ${dataDir} was made by PostgreSQL ${text.trim()}, and this service brings ${major}. Run the version of the service that made it, move the folder away to start with a new one, or set DATABASE_URL.`,
  );
}

async function readIdentity(dataDir: string): Promise<string> {
  const control = await readFile(join(dataDir, "global", "pg_control"));
  return control.readBigUInt64LE().toString();
}

/** A path of the folder that is short enough for a socket in it: at need by an open handle. */
async function shorten(dataDir: string): Promise<{ socketDir: string; close(): Promise<void> }> {
  if (Buffer.byteLength(`${dataDir}/.s.PGSQL.${PORT}`) <= MAX_SOCKET_PATH_BYTES) {
    return { socketDir: dataDir, close: async () => undefined };
  }
  const handle = await open(dataDir);
  return { socketDir: `/proc/self/fd/${handle.fd}`, close: () => handle.close() };
}

/**
 * Makes the data directory where there is none (1 s), and checks the one that is there.
 * Throws a plain Error that says what keeps it from being used, and what to do about it.
 */
export async function openCluster({ dir, cacheDir, signal }: OpenClusterOptions): Promise<Cluster> {
  const dataDir = join(dir, "data");
  const owner = await ownerOf(dataDir);
  const user = serverUser(dataDir, owner);
  const programs = await findPrograms({ user, cacheDir, signal });
  if (owner === null) await initialise(dataDir, programs, user, signal);
  await checkVersion(dataDir, programs);
  const identity = await readIdentity(dataDir);
  return { dataDir, logFile: join(dir, "log"), user, programs, identity, ...(await shorten(dataDir)) };
}

import { spawn } from "node:child_process";
import { once } from "node:events";
import { open, readFile, rm } from "node:fs/promises";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";

import { hasCode } from "../../scratch/has-code.ts";
import { isAlive, readStatus } from "../../scratch/owner.ts";
import { sendSignal } from "../../scratch/send-signal.ts";
import { pause } from "../pause.ts";
import { connectClient } from "../single-client.ts";
import { type Cluster, HERE, PORT, SUPERUSER } from "./cluster.ts";
import { killServerProcesses, serverProcesses } from "./server-processes.ts";
import { SETTING_ARGS } from "./server-settings.ts";

/** Recovery after a crash reads at most the log that may gather, 256 MB. */
const READY_TIMEOUT_MS = 60_000;
const TRIAL_TIMEOUT_MS = 2_000;
const READY_POLL_MS = 30;
const ALIVE_POLL_MS = 20;
/** From the kindest to the surest: end connections and write everything; leave writing to the next start. */
const STOPS = [
  ["SIGINT", 3_000],
  ["SIGQUIT", 1_000],
] as const;
const KILL_TIMEOUT_MS = 1_000;

/** The server's first process, told apart from any other that had or will have its id. */
export interface Postmaster {
  readonly pid: number;
  readonly start: string;
}

/** How this process reaches the server. */
export function connectionOf({ socketDir }: Pick<Cluster, "socketDir">) {
  return { host: socketDir, port: PORT, user: SUPERUSER, database: "postgres" };
}

const lockFile = ({ dataDir }: Cluster): string => join(dataDir, "postmaster.pid");

async function identify(pid: number): Promise<Postmaster | null> {
  const status = await readStatus(String(pid));
  return status && { pid, start: status.start };
}

/** The living server of a data directory, whoever started it. */
async function findPostmaster(cluster: Cluster): Promise<Postmaster | null> {
  try {
    const pid = Number.parseInt(await readFile(lockFile(cluster), "utf8"), 10);
    return (await serverProcesses(cluster.dataDir)).includes(pid) ? await identify(pid) : null;
  } catch (error) {
    if (hasCode(error, "ENOENT")) return null;
    throw error;
  }
}

/** Asks the server whose data it serves; null while it does not answer. */
async function askIdentity(cluster: Cluster, signal: AbortSignal): Promise<string | null> {
  const limits = { connectionTimeoutMillis: TRIAL_TIMEOUT_MS, query_timeout: TRIAL_TIMEOUT_MS };
  try {
    await using connection = await connectClient({ ...connectionOf(cluster), ...limits }, signal);
    const text = "SELECT system_identifier::text AS identity FROM pg_control_system()";
    const { rows } = await connection.client.query<{ identity: string }>(text);
    return rows[0]?.identity ?? null;
  } catch {
    // Not there yet, or recovering: why, the server's log says.
    return null;
  }
}

/** True once the server answers and is the right one; false when it ends, or is another's, or does not in time. */
async function becomesReady(cluster: Cluster, postmaster: Postmaster, signal: AbortSignal): Promise<boolean> {
  const ending = AbortSignal.any([signal, AbortSignal.timeout(READY_TIMEOUT_MS)]);
  while (!ending.aborted && (await isAlive(postmaster))) {
    const identity = await askIdentity(cluster, ending);
    if (identity !== null) return identity === cluster.identity;
    await pause(READY_POLL_MS, ending);
  }
  return false;
}

/** The server's own last words, without the time and the process they begin with. */
async function lastWords({ logFile }: Cluster): Promise<string> {
  const lines = (await readFile(logFile, "utf8")).trim().split("\n");
  const fatal = lines.slice(-5).findLast((line) => /(FATAL|PANIC): /.test(line)) ?? lines.at(-1) ?? "";
  return fatal.replace(/^.*?(?=(LOG|FATAL|PANIC): )/, "");
}

/** Clears what a killed server has left: its other processes, and locks that may name a stranger by now. */
async function clear(cluster: Cluster, signal: AbortSignal): Promise<void> {
  if (!(await killServerProcesses(cluster.dataDir, KILL_TIMEOUT_MS))) {
    throw new Error("processes of the server before do not end.");
  }
  // One that cannot be seen from here, for it lives in another container, still answers.
  if ((await askIdentity(cluster, signal)) !== null) {
    throw new Error("a server of another container serves the folder.");
  }
  await rm(lockFile(cluster), { force: true });
  await rm(join(cluster.dataDir, `.s.PGSQL.${PORT}.lock`), { force: true });
}

async function spawnPostmaster(cluster: Cluster): Promise<Postmaster> {
  const { programs, dataDir, logFile, user } = cluster;
  await using log = await open(logFile, "a", 0o600);
  const child = spawn(join(programs.binDir, "postgres"), ["-D", HERE, ...SETTING_ARGS], {
    cwd: dataDir,
    ...user,
    // It outlives this process when that is killed, and is adopted by the next.
    detached: true,
    env: { LANG: "C", TZ: "UTC" },
    stdio: ["ignore", log.fd, log.fd],
  });
  child.unref();
  await once(child, "spawn");
  // Nothing is sent to it by this handle, so nothing can fail.
  child.on("error", () => undefined);
  const postmaster = child.pid === undefined ? null : await identify(child.pid);
  if (postmaster === null) throw new Error(await lastWords(cluster));
  return postmaster;
}

/** Adopts the living server of a data directory, or starts one. Rejects with its last words when none gets ready. */
export async function raisePostmaster(cluster: Cluster, signal: AbortSignal): Promise<Postmaster> {
  const living = await findPostmaster(cluster);
  if (living && (await becomesReady(cluster, living, signal))) return living;
  signal.throwIfAborted();
  await clear(cluster, signal);
  const postmaster = await spawnPostmaster(cluster);
  if (await becomesReady(cluster, postmaster, signal)) return postmaster;
  throw new Error(await lastWords(cluster));
}

async function ends(postmaster: Postmaster, timeoutMs: number): Promise<boolean> {
  const end = performance.now() + timeoutMs;
  while (await isAlive(postmaster)) {
    if (performance.now() > end) return false;
    await sleep(ALIVE_POLL_MS);
  }
  return true;
}

/** Ends the server of a data directory, if there is one: in good order, then by force. Takes 5 s at most. */
export async function stopPostmaster(cluster: Cluster): Promise<void> {
  const postmaster = await findPostmaster(cluster);
  for (const [signal, timeoutMs] of STOPS) {
    if (postmaster === null || !(await isAlive(postmaster))) break;
    sendSignal(postmaster.pid, signal);
    await ends(postmaster, timeoutMs);
  }
  await killServerProcesses(cluster.dataDir, KILL_TIMEOUT_MS);
}

import { spawn } from "node:child_process";
import { once } from "node:events";
import { chmod, chown, mkdir, mkdtemp, open, readdir, rm } from "node:fs/promises";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";

import { findPrograms } from "../../src/postgres/embedded/programs.ts";
import { runProgram } from "../../src/postgres/embedded/run-program.ts";
import { ask } from "./ask.ts";

const START_TIMEOUT_MS = 30_000;
const STOP_TIMEOUT_MS = 10_000;
const DEBIAN_ROOT = "/usr/lib/postgresql";
const user = process.geteuid?.() === 0 ? { uid: 65_534, gid: 65_534 } : null;

/** Where the programs of Debian's package are; null where it is not installed. */
export async function debianPrograms(): Promise<string | null> {
  const versions = await readdir(DEBIAN_ROOT).catch(() => []);
  const [newest] = versions.filter((name) => /^\d+$/.test(name)).sort((a, b) => Number(b) - Number(a));
  return newest === undefined ? null : join(DEBIAN_ROOT, newest, "bin");
}

/** Where the programs that come from npm are. */
export async function npmPrograms(): Promise<string> {
  const cacheDir = join(tmpdir(), "framewright-test-cache");
  return (await findPrograms({ user, cacheDir, signal: AbortSignal.timeout(START_TIMEOUT_MS) })).binDir;
}

/** A server that nobody looks after, reached over TCP, as one of another machine is. */
export interface PlainServer extends AsyncDisposable {
  readonly url: string;
  readonly dataDir: string;
  /** Starts it and waits until it answers. */
  start(): Promise<void>;
  /** Ends it at once, as a crash does (`pg_ctl -m immediate stop`). */
  stop(): Promise<void>;
}

/** A port of the loopback address on which nothing listens. */
export async function freePort(): Promise<number> {
  const server = createServer().listen(0, "127.0.0.1");
  await once(server, "listening");
  const address = server.address();
  server.close();
  return typeof address === "object" && address ? address.port : 0;
}

const answers = (url: string): Promise<boolean> =>
  ask(url, "SELECT 1").then(
    () => true,
    () => false,
  );

/** Makes a data directory and gives the server that is yet to be started. */
export async function openPlainServer(binDir: string): Promise<PlainServer> {
  const dir = await mkdtemp(join(tmpdir(), "framewright-plain-"));
  const dataDir = join(dir, "data");
  await mkdir(dataDir, { mode: 0o700 });
  if (user) await chown(dataDir, user.uid, user.gid);
  // Older versions do not find back into a folder below one that is closed to them.
  await chmod(dir, 0o755);
  const init = ["-D", dataDir, "-U", "framewright", "--auth=trust", "-E", "UTF8", "--locale=C", "--no-sync"];
  const options = { cwd: dataDir, user, timeoutMs: START_TIMEOUT_MS, signal: new AbortController().signal };
  await runProgram(join(binDir, "initdb"), init, options).catch(async (error: unknown) => {
    await rm(dir, { recursive: true, force: true });
    throw error;
  });
  const port = await freePort();
  const url = `postgres://framewright@127.0.0.1:${port}/postgres`;
  const settings = ["listen_addresses=127.0.0.1", `port=${port}`, "unix_socket_directories=", "fsync=off"];
  let stopRunning: (() => Promise<void>) | null = null;

  const stop = async (): Promise<void> => {
    await stopRunning?.();
    stopRunning = null;
  };
  return {
    url,
    dataDir,
    stop,
    async start() {
      await using log = await open(join(dir, "log"), "a");
      const child = spawn(join(binDir, "postgres"), ["-D", dataDir, ...settings.flatMap((s) => ["-c", s])], {
        cwd: dataDir,
        ...user,
        detached: true,
        stdio: ["ignore", log.fd, log.fd],
      });
      const exited = once(child, "exit", { signal: AbortSignal.timeout(120_000) });
      exited.catch(() => undefined);
      stopRunning = async () => {
        child.kill("SIGQUIT");
        const overdue = setTimeout(() => child.kill("SIGKILL"), STOP_TIMEOUT_MS);
        await exited.finally(() => clearTimeout(overdue));
      };
      const end = Date.now() + START_TIMEOUT_MS;
      while (!(await answers(url))) {
        if (Date.now() > end) throw new Error(`The server does not start; its log is in ${dir}.`);
        await sleep(20);
      }
    },
    async [Symbol.asyncDispose]() {
      await stop();
      await rm(dir, { recursive: true, force: true, maxRetries: 3 });
    },
  };
}

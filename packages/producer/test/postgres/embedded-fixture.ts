import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { chown, mkdtemp, realpath, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { setTimeout as sleep } from "node:timers/promises";
import { fileURLToPath } from "node:url";

import type { Database } from "../../src/postgres/database.ts";
import { killServerProcesses, serverProcesses } from "../../src/postgres/embedded/server-processes.ts";
import { openDatabase } from "../../src/postgres/open-database.ts";

const WAIT_MS = 30_000;
const HOLDER = fileURLToPath(new URL("fixtures/holds-database.ts", import.meta.url));

/** A data folder of the test's own, with the database that may be in it. */
export interface DataFolder extends AsyncDisposable {
  readonly dataDir: string;
  /** What was warned of so far. */
  readonly warnings: string[];
  /** Opens the folder's database in this process. */
  open(): Promise<Database>;
  /** Opens it in a process of its own, as another user where one is given; `readyMs` is how long that took. */
  hold(uid?: number): Promise<{ child: ChildProcess; readyMs: number }>;
  /** The server's processes, of whoever started it. */
  processes(): Promise<number[]>;
}

export async function openDataFolder(name = ""): Promise<DataFolder> {
  const dir = await realpath(await mkdtemp(join(tmpdir(), "framewright-data-")));
  const dataDir = join(dir, name);
  const opened: Database[] = [];
  const held: ChildProcess[] = [];
  const warnings: string[] = [];
  const processes = (): Promise<number[]> => serverProcesses(join(dataDir, "postgres", "data"));
  return {
    dataDir,
    warnings,
    processes,
    async open() {
      const database = await openDatabase({
        url: undefined,
        dataDir,
        cacheDir: join(tmpdir(), "framewright-test-cache"),
        signal: AbortSignal.timeout(WAIT_MS),
        onWarning: (message) => warnings.push(message),
      });
      opened.push(database);
      return database;
    },
    async hold(uid) {
      if (uid !== undefined) await chown(dataDir, uid, uid);
      const child = spawn(process.execPath, [HOLDER, dataDir], {
        ...(uid !== undefined && { uid, gid: uid }),
        stdio: ["ignore", "pipe", "inherit"],
      });
      held.push(child);
      const lines = createInterface({ input: child.stdout });
      const [line] = (await once(lines, "line", { signal: AbortSignal.timeout(WAIT_MS) })) as [string];
      return { child, readyMs: Number(line) };
    },
    async [Symbol.asyncDispose]() {
      await Promise.all(opened.map((database) => database.close()));
      for (const child of held) child.kill("SIGKILL");
      await killServerProcesses(join(dataDir, "postgres", "data"), WAIT_MS);
      await rm(dir, { recursive: true, force: true, maxRetries: 3 });
    },
  };
}

/** Waits until something holds; gives how long that took, in ms. Throws when it does not in time. */
export async function untilTrue(
  what: () => boolean | Promise<boolean>,
  timeoutMs = WAIT_MS,
): Promise<number> {
  const startedAt = performance.now();
  while (!(await what())) {
    if (performance.now() - startedAt > timeoutMs)
      throw new Error(`not within ${timeoutMs} ms: ${String(what)}`);
    await sleep(10);
  }
  return performance.now() - startedAt;
}

/** Kills a process and waits for its end. */
export async function killHard(child: ChildProcess): Promise<void> {
  const exited = once(child, "exit", { signal: AbortSignal.timeout(WAIT_MS) });
  child.kill("SIGKILL");
  await exited;
}

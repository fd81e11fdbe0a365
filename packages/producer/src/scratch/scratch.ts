import { randomBytes } from "node:crypto";
import { mkdtemp, readdir, rm, utimes } from "node:fs/promises";
import { join, resolve } from "node:path";

import { ProblemError } from "@framewright/contract";
import { asDiskFull } from "@framewright/engine";

import { killUsers } from "./kill-users.ts";
import { makeFolder } from "./make-folder.ts";
import { formatOwner, isAbandoned, type Owner, parseOwner, thisOwner } from "./owner.ts";

/** How often the own folder is marked as in use, and those of the dead are looked for. */
const SWEEP_INTERVAL_MS = 30_000;
/** Unmarked for so long, a folder of another container or machine is dead: well beyond any stall of a living one. */
const FOREIGN_EXPIRY_MS = 5 * 60_000;

export interface ScratchFolder {
  /** Absolute path of a fresh, empty folder. */
  readonly dir: string;
  /** Removes the folder with all it holds. Idempotent. */
  remove(): Promise<void>;
}

export interface Scratch {
  /** Absolute path of this process's own folder. */
  readonly dir: string;
  /** A fresh subfolder. Throws `shutting-down` after `close`, `disk-full` without room. */
  create(prefix: string): Promise<ScratchFolder>;
  /** Removes everything of this process. Idempotent. */
  close(): Promise<void>;
}

export interface ScratchOptions {
  /** Told when a folder of a dead process cannot be removed; the sweep is repeated later. */
  readonly onWarning?: (message: string, cause: unknown) => void;
}

const removeTree = (dir: string): Promise<void> => rm(dir, { recursive: true, force: true, maxRetries: 3 });

/**
 * Opens this process's private folder below `<dataDir>/scratch`, and removes those of dead processes, now and every
 * 30 s, with what these have left running: a process belongs to a folder when it names it.
 * Throws a plain Error that says why when the folder cannot be written.
 */
export async function openScratch(dataDir: string, options: ScratchOptions = {}): Promise<Scratch> {
  const parent = resolve(dataDir, "scratch");
  const owner = await thisOwner();
  const dir = join(parent, `${formatOwner(owner)}-${randomBytes(4).toString("hex")}`);
  await makeWritable(dir, dataDir);

  const tend = async (): Promise<void> => {
    try {
      const now = new Date();
      await utimes(dir, now, now);
      await sweep(parent, owner);
    } catch (error) {
      options.onWarning?.("Leftover scratch folders could not be removed.", error);
    }
  };
  await tend();
  let tending = Promise.resolve();
  const timer = setInterval(() => {
    tending = tending.then(tend);
  }, SWEEP_INTERVAL_MS).unref();
  let closed = false;

  return {
    dir,
    async create(prefix) {
      if (closed) throw new ProblemError("shutting-down", "The service takes no more work.");
      const folder = await mkdtemp(join(dir, `${prefix}-`)).catch((error: unknown) => {
        throw asDiskFull(error);
      });
      return { dir: folder, remove: () => removeTree(folder) };
    },
    async close() {
      closed = true;
      clearInterval(timer);
      await tending;
      await removeTree(dir);
    },
  };
}

async function makeWritable(dir: string, dataDir: string): Promise<void> {
  try {
    await makeFolder(dir);
  } catch (cause) {
    const reason = cause instanceof Error && "code" in cause ? String(cause.code) : String(cause);
    throw new Error(
      `The data folder ${dataDir} cannot be written (${reason}). Make it writable, or set PRODUCER_DATA_DIR to a folder that is.`,
      { cause },
    );
  }
}

async function sweep(parent: string, self: Owner): Promise<void> {
  for (const name of await readdir(parent)) {
    const owner = parseOwner(name);
    const dir = join(parent, name);
    if (owner === null || !(await isAbandoned(dir, owner, self, FOREIGN_EXPIRY_MS))) continue;
    // Processes of another container are not to be seen from here.
    const isFree = owner.realm !== self.realm || (await killUsers(name));
    if (isFree) await removeTree(dir);
  }
}

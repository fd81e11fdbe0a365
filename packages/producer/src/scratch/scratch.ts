import { randomBytes } from "node:crypto";
import { mkdtemp, readdir, rm, utimes } from "node:fs/promises";
import { join, resolve } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";

import { ProblemError } from "@framewright/contract";
import { asDiskFull } from "@framewright/engine";

import { hasCode } from "./has-code.ts";
import { killUsers } from "./kill-users.ts";
import { makeFolder } from "./make-folder.ts";
import { makeWritable } from "./make-writable.ts";
import { formatOwner, isAbandoned, type Owner, parseOwner, thisOwner } from "./owner.ts";
import { startTurns } from "./start-turns.ts";

/** How often the own folder is marked as in use, and those of the dead are looked for. */
const TURN_MS = 30_000;
/** How long the first sweep may keep the service from starting; it goes on meanwhile. */
const FIRST_SWEEP_MS = 5_000;
/** Unmarked for so long, a folder of another container or machine is dead: well beyond any stall of a living one. */
const FOREIGN_EXPIRY_MS = 5 * 60_000;

export interface ScratchFolder {
  /** Absolute path of a fresh, empty folder. */
  readonly dir: string;
  /** Removes the folder with all it holds; what cannot be removed is tried again later. Idempotent, never rejects. */
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
  /** Told when a folder cannot be removed or marked; it is tried again later. */
  readonly onWarning?: Warn;
}

type Warn = (message: string, cause: unknown) => void;

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
  const warn: Warn = (message, cause) => options.onWarning?.(message, cause);
  /** Folders of our own that could not be removed when they were done with. */
  const leftovers = new Set<string>();
  let closed = false;

  const remove = async (folder: string): Promise<void> => {
    try {
      await removeTree(folder);
      leftovers.delete(folder);
    } catch (error) {
      leftovers.add(folder);
      warn("A scratch folder could not be removed; it is tried again.", error);
    }
  };
  const mark = async (): Promise<void> => {
    const now = new Date();
    if (!closed) await inFolder(dir, () => utimes(dir, now, now));
  };
  const tend = async (): Promise<void> => {
    for (const folder of leftovers) await remove(folder);
    await sweep(parent, owner, warn);
  };
  // On a timer of its own: other containers take us for dead when a long sweep keeps us from it.
  const marking = startTurns(mark, TURN_MS, (error) =>
    warn("The scratch folder could not be marked.", error),
  );
  const tending = startTurns(tend, TURN_MS, (error) => warn("Leftovers could not be looked for.", error));
  await Promise.race([tending.take(), sleep(FIRST_SWEEP_MS, undefined, { ref: false })]);

  return {
    dir,
    async create(prefix) {
      if (closed) throw new ProblemError("shutting-down", "The service takes no more work.");
      const folder = await inFolder(dir, () => mkdtemp(join(dir, `${prefix}-`))).catch((error: unknown) => {
        throw asDiskFull(error);
      });
      return { dir: folder, remove: () => remove(folder) };
    },
    async close() {
      closed = true;
      marking.close();
      tending.close();
      // One that runs could make the folder again.
      await marking.take();
      await removeTree(dir);
    },
  };
}

/** Does something in a folder; when that is gone, makes it again and tries once more. */
async function inFolder<T>(dir: string, work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    if (!hasCode(error, "ENOENT")) throw error;
    await makeFolder(dir);
    return work();
  }
}

/** Removes the folders of the dead; what cannot be removed does not keep the others. */
async function sweep(parent: string, self: Owner, warn: Warn): Promise<void> {
  for (const name of await readdir(parent)) {
    try {
      await sweepOne(parent, name, self);
    } catch (error) {
      warn("A leftover scratch folder could not be removed; it is tried again.", error);
    }
  }
}

async function sweepOne(parent: string, name: string, self: Owner): Promise<void> {
  const owner = parseOwner(name);
  const dir = join(parent, name);
  if (owner === null || !(await isAbandoned(dir, owner, self, FOREIGN_EXPIRY_MS))) return;
  // Processes of another container are not to be seen from here.
  if (owner.realm === self.realm && !(await killUsers(name))) {
    throw new Error(`A process that may use ${dir} does not end, or does not answer.`);
  }
  await removeTree(dir);
}

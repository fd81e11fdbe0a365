import { lstat, lutimes, readdir, readlink, rm, symlink } from "node:fs/promises";
import { join } from "node:path";

import { hasCode } from "../../scratch/has-code.ts";
import { formatOwner, isAlive, type Owner, parseOwner, thisOwner } from "../../scratch/owner.ts";
import { startTurns } from "../../scratch/start-turns.ts";
import { pause } from "../pause.ts";

/** How often the claim is marked as held. */
const MARK_INTERVAL_MS = 5_000;
/** Whether a process of another container or machine lives cannot be seen: unmarked for so long, its claim is void. */
const FOREIGN_EXPIRY_MS = 30_000;
const RETRY_MS = 1_000;

/** The right to be the only service that uses a folder. */
export interface Claim {
  /** Whether another has taken over, for this process was taken for dead. */
  isLost(): Promise<boolean>;
  /** Lets others have the folder. */
  release(): Promise<void>;
}

interface Mark {
  readonly turn: number;
  readonly owner: Owner | null;
  readonly markedAtMs: number;
}

/**
 * Marks are links that lead nowhere: they appear at once with all that they say. Each claim takes the next number,
 * which only one can get; the highest number holds.
 */
const markPath = (dir: string, turn: number): string => join(dir, `owner-${turn}`);

async function readMark(dir: string, turn: number): Promise<Mark | null> {
  try {
    const path = markPath(dir, turn);
    const [text, { mtimeMs }] = [await readlink(path), await lstat(path)];
    return { turn, owner: parseOwner(`${text}-`), markedAtMs: mtimeMs };
  } catch (error) {
    if (hasCode(error, "ENOENT")) return null;
    throw error;
  }
}

async function turnsOf(dir: string): Promise<number[]> {
  const turns = (await readdir(dir)).map((name) => Number(/^owner-(\d+)$/.exec(name)?.[1] ?? 0));
  return turns.filter((turn) => turn > 0).sort((a, b) => b - a);
}

/** Whether the one who holds the claim is dead; null when that cannot be told yet. Throws when it lives. */
async function isVoid({ owner, markedAtMs }: Mark, self: Owner): Promise<boolean | null> {
  if (owner?.realm !== self.realm) return Date.now() - markedAtMs > FOREIGN_EXPIRY_MS || null;
  if (!(await isAlive(owner))) return true;
  throw new Error(
    `The database folder is in use by another service, process ${owner.pid}. Stop it, give this one a PRODUCER_DATA_DIR of its own, or set DATABASE_URL for both.`,
  );
}

/** Takes the next turn after that of the dead; null while another may hold the folder. */
async function takeTurn(dir: string, self: Owner, onForeign: () => void): Promise<number | null> {
  const [highest = 0] = await turnsOf(dir);
  const mark = highest === 0 ? null : await readMark(dir, highest);
  if (mark && (await isVoid(mark, self)) === null) {
    onForeign();
    return null;
  }
  const turn = highest + 1;
  try {
    await symlink(formatOwner(self), markPath(dir, turn));
  } catch (error) {
    if (hasCode(error, "EEXIST")) return takeTurn(dir, self, onForeign);
    throw error;
  }
  const [now] = await turnsOf(dir);
  if (now === turn) return turn;
  await rm(markPath(dir, turn), { force: true });
  return takeTurn(dir, self, onForeign);
}

/**
 * Claims a folder for this process. Waits while one of another container or machine may still hold it.
 * Throws a plain Error that says who holds it when that is a living process of this machine.
 */
export async function claimFolder(
  dir: string,
  signal: AbortSignal,
  onWarning: (message: string, cause: unknown) => void,
): Promise<Claim> {
  const self = await thisOwner();
  let isWarned = false;
  const warn = (): void => {
    const words =
      "The database folder was used by another container or machine just now; waiting for its end.";
    if (!isWarned) onWarning(words, undefined);
    isWarned = true;
  };
  let turn = await takeTurn(dir, self, warn);
  while (turn === null) {
    await pause(RETRY_MS, signal);
    signal.throwIfAborted();
    turn = await takeTurn(dir, self, warn);
  }
  const own = turn;
  for (const old of await turnsOf(dir)) if (old < own) await rm(markPath(dir, old), { force: true });
  const mark = async (): Promise<void> => lutimes(markPath(dir, own), new Date(), new Date());
  const marking = startTurns(mark, MARK_INTERVAL_MS, (error) =>
    onWarning("The database folder could not be marked as in use.", error),
  );
  return {
    isLost: async () => (await turnsOf(dir))[0] !== own,
    async release() {
      marking.close();
      await rm(markPath(dir, own), { force: true });
    },
  };
}

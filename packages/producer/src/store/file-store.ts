import { randomUUID } from "node:crypto";
import { access, constants, mkdir, open, readdir, rm, stat, utimes } from "node:fs/promises";
import { join, resolve } from "node:path";
import { addAbortSignal, Readable } from "node:stream";

import { hasCode } from "../scratch/has-code.ts";
import { makeFolder } from "../scratch/make-folder.ts";
import { formatOwner, isAbandoned, type Owner, parseOwner, thisOwner } from "../scratch/owner.ts";
import { arrive } from "./arrive.ts";
import { findFiles, linkOrCopy, publish, removeEmpty, sync, unlessGone } from "./file-tree.ts";
import { hashFile } from "./hash-file.ts";
import { checkKey, isKey } from "./keys.ts";
import type { ByteRange, FetchOptions, OnStoreWarning, Store, Stored, StoredFile } from "./port.ts";
import { answerSignal, asStoreFault, checkHash, expired, lost } from "./store-faults.ts";
import { untilAborted } from "./until-aborted.ts";

/** Where files are made ready; no key begins with a dot, so that nothing in here is ever taken for a stored file. */
const ASIDE = ".incoming";

/**
 * Opens a store in a folder, which is made if it is missing, also later. Any number of processes may share it.
 * Throws a plain Error that says why when the folder cannot be written.
 */
export async function openFileStore(
  dir: string,
  { onWarning }: { readonly onWarning: OnStoreWarning },
): Promise<Store> {
  const root = resolve(dir);
  const self = await thisOwner();
  await requireWritable(root);
  const path = (key: string): string => join(root, checkKey(key));
  return {
    put: (key, file, _meta, signal) => answer(() => putFile(root, path(key), file, self, signal), signal),
    fetch: (key, file, options) => answer(() => fetchFile(path(key), file, options), options.signal),
    stat: (key) => answer(() => statFile(path(key))),
    localPath: path,
    open: (key, range, signal) => answer(() => openFile(path(key), range, signal), signal),
    presign: () => Promise.resolve(null),
    async delete(keys) {
      for (const file of keys.map(path)) await answer(() => removeFile(file, root));
    },
    list: (prefix) => listKeys(root, prefix),
    sweep: (olderThan) => answer(() => clearAside(join(root, ASIDE), self, olderThan, onWarning)),
    close: () => Promise.resolve(),
  };
}

async function requireWritable(root: string): Promise<void> {
  try {
    await makeFolder(join(root, ASIDE));
    await access(join(root, ASIDE), constants.W_OK);
  } catch (cause) {
    const reason = cause instanceof Error && "code" in cause ? String(cause.code) : String(cause);
    throw new Error(
      `The store's folder ${root} cannot be written (${reason}). Make it writable, or set PRODUCER_STORE_URL or PRODUCER_DATA_DIR to one that is.`,
      { cause },
    );
  }
}

/** The work's outcome, with a deadline even where the disk hangs, and failures in the words of the store. */
async function answer<T>(work: () => Promise<T>, signal: AbortSignal = answerSignal()): Promise<T> {
  signal.throwIfAborted();
  try {
    return await untilAborted(work(), signal);
  } catch (error) {
    signal.throwIfAborted();
    throw asStoreFault(error);
  }
}

async function putFile(
  root: string,
  target: string,
  source: string,
  self: Owner,
  signal: AbortSignal,
): Promise<Stored> {
  const aside = join(root, ASIDE);
  const ready = join(aside, `${formatOwner(self)}-${randomUUID()}`);
  try {
    await mkdir(aside, { recursive: true });
    await linkOrCopy(source, ready, signal);
    // Age counts from now on, however old the source is.
    const now = new Date();
    await utimes(ready, now, now);
    await sync(ready);
    const stored = await hashFile(ready, signal);
    signal.throwIfAborted();
    return (await publish(ready, target, root)) ? stored : await hashFile(target, signal);
  } finally {
    await rm(ready, { force: true });
  }
}

async function fetchFile(stored: string, file: string, { sha256, signal }: FetchOptions): Promise<Stored> {
  return arrive(file, async (aside) => {
    await linkOrCopy(stored, aside, signal).catch((error: unknown) => {
      throw hasCode(error, "ENOENT") ? lost(error) : error;
    });
    const found = await hashFile(aside, signal);
    checkHash(found.sha256, sha256);
    signal.throwIfAborted();
    return found;
  });
}

async function statFile(file: string): Promise<{ bytes: number; storedAt: Date } | null> {
  const info = await stat(file).catch(unlessGone);
  return info?.isFile() ? { bytes: info.size, storedAt: info.mtime } : null;
}

async function openFile(
  file: string,
  range: ByteRange | null,
  signal: AbortSignal,
): Promise<ReadableStream<Uint8Array>> {
  const handle = await open(file).catch((error: unknown) => {
    throw hasCode(error, "ENOENT", "ENOTDIR") ? expired(error) : error;
  });
  const bytes = handle.createReadStream(range ?? {});
  // Cancelling the web stream destroys the file's stream, and so closes the file; so does the signal, at any time.
  const stream = Readable.toWeb(bytes);
  addAbortSignal(signal, bytes);
  return stream;
}

async function removeFile(file: string, root: string): Promise<void> {
  await rm(file, { force: true });
  await removeEmpty(file, root);
}

async function* listKeys(root: string, prefix: string): AsyncGenerator<StoredFile> {
  const files = findFiles(root, prefix);
  try {
    for (;;) {
      const next = await answer(() => files.next());
      if (next.done) return;
      const { path: key, ...file } = next.value;
      if (isKey(key)) yield { key, ...file };
    }
  } finally {
    // Closes the folders that are open; where the disk hangs, nobody waits for it.
    files.return(undefined).catch(() => undefined);
  }
}

/** Removes what dead processes were making ready, and what no process can still be at. */
async function clearAside(
  aside: string,
  self: Owner,
  olderThan: Date,
  onWarning: OnStoreWarning,
): Promise<void> {
  const names = (await readdir(aside).catch(unlessGone)) ?? [];
  for (const name of names) {
    const file = join(aside, name);
    try {
      if (await isAbandoned(file, parseOwner(name), self, Date.now() - olderThan.getTime())) await rm(file);
    } catch (error) {
      if (!hasCode(error, "ENOENT"))
        onWarning("What a process has left in the store cannot be removed.", error);
    }
  }
}

import { createHash } from "node:crypto";
import { open } from "node:fs/promises";

import { GetObjectCommand } from "@aws-sdk/client-s3";
import { getSignedUrl } from "@aws-sdk/s3-request-presigner";

import { arrive } from "./arrive.ts";
import { contentDisposition } from "./content-disposition.ts";
import { checkKey } from "./keys.ts";
import type { ByteRange, FetchOptions, PresignOptions, Store, Stored } from "./port.ts";
import { openBucket, type S3Bucket, type S3Options } from "./s3-bucket.ts";
import { asS3Fault } from "./s3-faults.ts";
import { findObject } from "./s3-find.ts";
import { deleteObjects, listObjects, removeUploads } from "./s3-keep.ts";
import { putObject } from "./s3-put.ts";
import { readObject } from "./s3-read.ts";
import { answerSignal, checkHash, expired, lost } from "./store-faults.ts";
import { untilAborted } from "./until-aborted.ts";

/** Opens a store in a bucket of S3 or of a server that speaks it. Nothing is asked of the server yet. */
export function openS3Store(options: S3Options): Store {
  const s3 = openBucket(options);
  return {
    put: (key, file, meta, signal) => answer(putObject(s3, checkKey(key), file, meta, signal), signal),
    fetch: (key, file, fetching) => answer(fetchObject(s3, checkKey(key), file, fetching), fetching.signal),
    stat: (key) => answer(statObject(s3, checkKey(key))),
    localPath: () => null,
    open: (key, range, signal) => answer(openObject(s3, checkKey(key), range, signal), signal),
    presign: async (key, link) => (options.redirect ? answer(presign(s3, checkKey(key), link)) : null),
    delete: (keys) => answer(deleteObjects(s3, keys.map(checkKey))),
    list: (prefix) => listObjects(s3, prefix),
    sweep: (olderThan) => answer(removeUploads(s3, olderThan)),
    close: () => Promise.resolve(s3.client.destroy()),
  };
}

/** After an abort, the parts of a broken put are removed: what takes longer hangs on the disk. */
const GRACE_MS = 5_000;

/** The work's outcome, with failures in the words of the store. */
async function answer<T>(work: Promise<T>, signal?: AbortSignal): Promise<T> {
  try {
    return await (signal ? untilAborted(work, signal, GRACE_MS) : work);
  } catch (error) {
    signal?.throwIfAborted();
    throw asS3Fault(error);
  }
}

async function statObject(s3: S3Bucket, key: string): Promise<{ bytes: number; storedAt: Date } | null> {
  const object = await findObject(s3, key);
  return object && { bytes: object.ContentLength ?? 0, storedAt: object.LastModified ?? new Date() };
}

function fetchObject(
  s3: S3Bucket,
  key: string,
  file: string,
  { sha256, signal }: FetchOptions,
): Promise<Stored> {
  return arrive(file, async (aside) => {
    const handle = await open(aside, "wx");
    const hash = createHash("sha256");
    let bytes = 0;
    try {
      await readObject(
        s3,
        key,
        { range: null, signal, absent: lost },
        {
          write: (chunk) => {
            hash.update(chunk);
            bytes += chunk.length;
            return handle.writeFile(chunk);
          },
        },
      );
    } finally {
      await handle.close();
    }
    const fetched = { bytes, sha256: hash.digest("hex") };
    checkHash(fetched.sha256, sha256);
    return fetched;
  });
}

/** Reads no faster than the stream is read; cancelling the stream ends the request. */
async function openObject(
  s3: S3Bucket,
  key: string,
  range: ByteRange | null,
  signal: AbortSignal,
): Promise<ReadableStream<Uint8Array>> {
  const gone = new AbortController();
  const { readable, writable } = new TransformStream<Uint8Array, Uint8Array>();
  const writer = writable.getWriter();
  writer.closed.catch((reason: unknown) => gone.abort(reason));
  const opened = Promise.withResolvers<ReadableStream<Uint8Array>>();
  const reading = { range, signal: AbortSignal.any([signal, gone.signal]), absent: expired };
  const sink = { onOpen: () => opened.resolve(readable), write: (chunk: Uint8Array) => writer.write(chunk) };
  readObject(s3, key, reading, sink)
    .then(() => writer.close())
    .catch((error: unknown) => {
      opened.reject(error);
      return writer.abort(asS3Fault(error));
    })
    // The reader has left: there is nobody to tell.
    .catch(() => undefined);
  return opened.promise;
}

function presign(
  { client, bucket, prefix }: S3Bucket,
  key: string,
  { filename, contentType, seconds }: PresignOptions,
): Promise<string> {
  const command = new GetObjectCommand({
    Bucket: bucket,
    Key: `${prefix}${key}`,
    ResponseContentDisposition: contentDisposition("attachment", filename),
    ResponseContentType: contentType,
  });
  // By the server's clock as far as its answers have told it: by ours, a link may have expired before it is given.
  const signingDate = new Date(Date.now() + client.config.systemClockOffset);
  return untilAborted(getSignedUrl(client, command, { expiresIn: seconds, signingDate }), answerSignal());
}

import {
  AbortMultipartUploadCommand,
  CompleteMultipartUploadCommand,
  type CompleteMultipartUploadCommandInput,
  CreateMultipartUploadCommand,
  PutObjectCommand,
  UploadPartCommand,
} from "@aws-sdk/client-s3";
import { type FileHandle, open } from "node:fs/promises";

import { contentDisposition } from "./content-disposition.ts";
import { hashFile } from "./hash-file.ts";
import type { Stored, StoredMeta } from "./port.ts";
import type { S3Bucket } from "./s3-bucket.ts";
import { isTaken } from "./s3-faults.ts";
import { findStored, lookAt, SHA256_METADATA } from "./s3-find.ts";
import { persist } from "./s3-retry.ts";
import { untilAborted } from "./until-aborted.ts";

const PART_BYTES = 8 * 1024 * 1024;
/** S3 takes no more parts than this. */
const MAX_PARTS = 10_000;
/** Parts on their way at a time, each in memory. */
const LANES = 2;
/** How long the server may take to forget the parts of a broken put; what is left then goes with a sweep. */
const ABORT_MS = 3_000;

interface Upload {
  readonly s3: S3Bucket;
  /** Of every request that makes the object. */
  readonly target: { readonly Bucket: string; readonly Key: string };
  readonly about: {
    readonly ContentType: string;
    readonly ContentDisposition?: string;
    readonly Metadata: { readonly [SHA256_METADATA]: string };
  };
  readonly file: FileHandle;
  readonly bytes: number;
}

/** Puts a file unless its key is taken, in parts when it is large. The hash goes first: an object is given it at its making. */
export async function putObject(
  s3: S3Bucket,
  key: string,
  path: string,
  { contentType, filename }: StoredMeta,
  signal: AbortSignal,
): Promise<Stored> {
  const earlier = await findStored(s3, key, signal);
  if (earlier !== null) return earlier;
  const stored = await untilAborted(hashFile(path, signal), signal);
  const about = {
    ContentType: contentType,
    ...(filename !== undefined && { ContentDisposition: contentDisposition("attachment", filename) }),
    Metadata: { [SHA256_METADATA]: stored.sha256 },
  };
  const file = await open(path);
  try {
    const target = { Bucket: s3.bucket, Key: `${s3.prefix}${key}` };
    const upload: Upload = { s3, target, about, file, bytes: stored.bytes };
    await (stored.bytes <= PART_BYTES ? putWhole(upload, signal) : putInParts(upload, signal));
    return stored;
  } catch (error) {
    // Somebody was first, or an answer was lost on its way back.
    const present = isTaken(error) ? await findStored(s3, key, signal) : null;
    if (present === null) throw error;
    return present;
  } finally {
    await file.close();
  }
}

async function putWhole(upload: Upload, signal: AbortSignal): Promise<void> {
  const { s3, target, about, bytes } = upload;
  const Body = Buffer.allocUnsafe(bytes);
  await readPart(upload, Body, 0, signal);
  await persist(
    (abortSignal) =>
      s3.client.send(new PutObjectCommand({ ...target, ...about, Body, IfNoneMatch: "*" }), { abortSignal }),
    signal,
  );
}

async function putInParts(upload: Upload, signal: AbortSignal): Promise<void> {
  const { s3, target, about } = upload;
  const { UploadId } = await persist(
    (abortSignal) =>
      s3.client.send(new CreateMultipartUploadCommand({ ...target, ...about }), { abortSignal }),
    signal,
  );
  try {
    const Parts = await sendParts(upload, UploadId, signal);
    await joinParts(upload, { UploadId, MultipartUpload: { Parts } }, signal);
  } catch (error) {
    const abortSignal = AbortSignal.timeout(ABORT_MS);
    const command = new AbortMultipartUploadCommand({ ...target, UploadId });
    await untilAborted(s3.client.send(command, { abortSignal }), abortSignal).catch((fault: unknown) =>
      s3.onWarning("The parts of a broken put could not be removed.", fault),
    );
    throw error;
  }
}

/** Has the server make one object of the parts. One that takes its time may have done so though its answer was lost. */
async function joinParts(
  { s3, target, about, bytes }: Upload,
  parts: Pick<CompleteMultipartUploadCommandInput, "UploadId" | "MultipartUpload">,
  signal: AbortSignal,
): Promise<void> {
  const command = new CompleteMultipartUploadCommand({ ...target, ...parts, IfNoneMatch: "*" });
  let isAgain = false;
  await persist(async (abortSignal) => {
    if (isAgain) {
      const joined = await lookAt(s3, target, abortSignal);
      if (
        joined?.ContentLength === bytes &&
        joined.Metadata?.[SHA256_METADATA] === about.Metadata[SHA256_METADATA]
      )
        return;
    }
    isAgain = true;
    await s3.client.send(command, { abortSignal });
  }, signal);
}

interface SentPart {
  readonly PartNumber: number;
  readonly ETag: string | undefined;
}

/** Sends all parts, a few at a time; when one fails, none is on its way any more once this rejects. */
async function sendParts(
  upload: Upload,
  UploadId: string | undefined,
  signal: AbortSignal,
): Promise<SentPart[]> {
  const partBytes = Math.max(PART_BYTES, Math.ceil(upload.bytes / MAX_PARTS));
  const count = Math.ceil(upload.bytes / partBytes);
  const failed = new AbortController();
  const ended = AbortSignal.any([signal, failed.signal]);
  const sent: SentPart[] = [];
  let next = 0;
  const lane = async (): Promise<void> => {
    const buffer = Buffer.allocUnsafe(partBytes);
    for (let index = next++; index < count; index = next++) {
      const Body = buffer.subarray(0, Math.min(partBytes, upload.bytes - index * partBytes));
      await readPart(upload, Body, index * partBytes, ended);
      sent.push(await sendPart(upload, { UploadId, PartNumber: index + 1, Body }, ended));
    }
  };
  const lanes = Array.from({ length: Math.min(LANES, count) }, () =>
    lane().catch((error: unknown) => {
      failed.abort(error);
      throw error;
    }),
  );
  await Promise.allSettled(lanes);
  await Promise.all(lanes);
  return sent.sort((a, b) => a.PartNumber - b.PartNumber);
}

async function sendPart(
  { s3, target }: Upload,
  part: { readonly UploadId: string | undefined; readonly PartNumber: number; readonly Body: Buffer },
  signal: AbortSignal,
): Promise<SentPart> {
  const { ETag } = await persist(
    (abortSignal) => s3.client.send(new UploadPartCommand({ ...target, ...part }), { abortSignal }),
    signal,
  );
  return { PartNumber: part.PartNumber, ETag };
}

/** Fills a buffer from the file; throws when the file has become shorter since it was hashed. */
async function readPart(
  { file }: Upload,
  buffer: Buffer,
  position: number,
  signal: AbortSignal,
): Promise<void> {
  for (let filled = 0; filled < buffer.length;) {
    const reading = file.read(buffer, filled, buffer.length - filled, position + filled);
    const { bytesRead } = await untilAborted(reading, signal);
    if (bytesRead === 0) throw new Error("A file changed while it was put into the store.");
    filled += bytesRead;
  }
}

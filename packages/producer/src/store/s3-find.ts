import {
  HeadObjectCommand,
  type HeadObjectCommandInput,
  type HeadObjectCommandOutput,
} from "@aws-sdk/client-s3";
import { ProblemError } from "@framewright/contract";

import type { Stored } from "./port.ts";
import type { S3Bucket } from "./s3-bucket.ts";
import { isAbsent } from "./s3-faults.ts";
import { persist } from "./s3-retry.ts";
import { answerSignal } from "./store-faults.ts";

/** The entry of an object's metadata that holds its hash, in hex. */
export const SHA256_METADATA = "sha256";

/** What the server says of an object, or null when there is none. */
export async function findObject(
  s3: S3Bucket,
  key: string,
  signal?: AbortSignal,
): Promise<HeadObjectCommandOutput | null> {
  const target = { Bucket: s3.bucket, Key: `${s3.prefix}${key}` };
  const soon = signal ? AbortSignal.any([signal, answerSignal()]) : answerSignal();
  return persist((abortSignal) => lookAt(s3, target, abortSignal), soon);
}

/** The same in one try. */
export async function lookAt(
  { client }: S3Bucket,
  target: HeadObjectCommandInput,
  abortSignal: AbortSignal,
): Promise<HeadObjectCommandOutput | null> {
  try {
    return await client.send(new HeadObjectCommand(target), { abortSignal });
  } catch (error) {
    if (isAbsent(error)) return null;
    throw error;
  }
}

/** Size and hash of what was put under a key, or null when nothing was. */
export async function findStored(s3: S3Bucket, key: string, signal: AbortSignal): Promise<Stored | null> {
  const object = await findObject(s3, key, signal);
  if (object === null) return null;
  const sha256 = object.Metadata?.[SHA256_METADATA];
  if (sha256 !== undefined) return { bytes: object.ContentLength ?? 0, sha256 };
  throw new ProblemError("artifact-corrupt", "A file of the store was put there by somebody else.");
}

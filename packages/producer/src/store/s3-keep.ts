import {
  AbortMultipartUploadCommand,
  DeleteObjectCommand,
  ListMultipartUploadsCommand,
  type ListMultipartUploadsCommandOutput,
  ListObjectsV2Command,
  type ListObjectsV2CommandOutput,
} from "@aws-sdk/client-s3";

import { isKey } from "./keys.ts";
import type { StoredFile } from "./port.ts";
import type { S3Bucket } from "./s3-bucket.ts";
import { asS3Fault, isAbsent, isNotImplemented } from "./s3-faults.ts";
import { persist } from "./s3-retry.ts";
import { answerSignal } from "./store-faults.ts";

/** Deletions on their way at a time. One request each: not every server takes many keys in one. */
const DELETE_LANES = 8;

export async function deleteObjects(
  { client, bucket, prefix }: S3Bucket,
  keys: readonly string[],
): Promise<void> {
  const waiting = keys.values();
  const lane = async (): Promise<void> => {
    for (const key of waiting) {
      const command = new DeleteObjectCommand({ Bucket: bucket, Key: `${prefix}${key}` });
      await persist((abortSignal) => client.send(command, { abortSignal }), answerSignal());
    }
  };
  const lanes = Array.from({ length: DELETE_LANES }, lane);
  await Promise.allSettled(lanes);
  await Promise.all(lanes);
}

export async function* listObjects(
  { client, bucket, prefix }: S3Bucket,
  keyPrefix: string,
): AsyncGenerator<StoredFile> {
  let token: string | undefined;
  do {
    const command = new ListObjectsV2Command({
      Bucket: bucket,
      Prefix: `${prefix}${keyPrefix}`,
      ContinuationToken: token,
    });
    const page: ListObjectsV2CommandOutput = await persist(
      (abortSignal) => client.send(command, { abortSignal }),
      answerSignal(),
    ).catch((error: unknown) => {
      throw asS3Fault(error);
    });
    for (const { Key = "", Size = 0, LastModified = new Date() } of page.Contents ?? []) {
      const key = Key.slice(prefix.length);
      if (isKey(key)) yield { key, bytes: Size, storedAt: LastModified };
    }
    token = page.NextContinuationToken;
    // An empty one would begin anew, and some servers end with it.
  } while (token !== undefined && token !== "");
}

/** Removes the parts of puts that were begun before a time; a server that cannot list them has to expire them itself. */
export async function removeUploads(s3: S3Bucket, olderThan: Date): Promise<void> {
  const { client, bucket, prefix } = s3;
  let markers: { KeyMarker?: string | undefined; UploadIdMarker?: string | undefined } = {};
  let page: ListMultipartUploadsCommandOutput | null;
  do {
    const command = new ListMultipartUploadsCommand({ Bucket: bucket, Prefix: prefix, ...markers });
    page = await persist((abortSignal) => client.send(command, { abortSignal }), answerSignal()).catch(
      (error: unknown) => {
        if (isNotImplemented(error)) return null;
        throw error;
      },
    );
    for (const { Key, UploadId, Initiated } of page?.Uploads ?? []) {
      if (Initiated !== undefined && Initiated < olderThan) await removeUpload(s3, { Key, UploadId });
    }
    markers = { KeyMarker: page?.NextKeyMarker, UploadIdMarker: page?.NextUploadIdMarker };
  } while (page?.IsTruncated === true);
}

async function removeUpload(
  { client, bucket }: S3Bucket,
  upload: { readonly Key: string | undefined; readonly UploadId: string | undefined },
): Promise<void> {
  const command = new AbortMultipartUploadCommand({ Bucket: bucket, ...upload });
  await persist((abortSignal) => client.send(command, { abortSignal }), answerSignal()).catch(
    (error: unknown) => {
      // Finished, or removed by another process, since it was listed.
      if (!isAbsent(error)) throw error;
    },
  );
}

import { GetObjectCommand } from "@aws-sdk/client-s3";
import { Readable } from "node:stream";

import type { ByteRange } from "./port.ts";
import type { S3Bucket } from "./s3-bucket.ts";
import { isAbsent, LocalFault } from "./s3-faults.ts";
import { persist } from "./s3-retry.ts";
import { answerSignal, storeUnavailable } from "./store-faults.ts";
import { untilAborted } from "./until-aborted.ts";

/** Takes the bytes as they come; nothing more is read until it is done with them. */
export interface Sink {
  /** Called once, when the object is there. */
  onOpen?(): void;
  write(chunk: Uint8Array): Promise<unknown>;
}

interface Reading {
  readonly range: ByteRange | null;
  readonly signal: AbortSignal;
  /** The failure that an absent object comes to. */
  readonly absent: (cause: unknown) => Error;
}

/**
 * Reads a range of an object, or all of it. A connection that breaks is taken up again where it broke.
 * Throws what the sink throws.
 */
export async function readObject(s3: S3Bucket, key: string, reading: Reading, sink: Sink): Promise<void> {
  const { range, signal } = reading;
  let at = range?.start ?? 0;
  /** Where the range ends, once that is known. */
  let end = Number.POSITIVE_INFINITY;
  const take = async (chunk: Buffer, ended: AbortSignal): Promise<void> => {
    await untilAborted(sink.write(chunk), ended).catch((cause: unknown) => {
      throw new LocalFault("The bytes could not be taken.", { cause });
    });
    at += chunk.length;
  };
  await persist(async (abortSignal, onProgress) => {
    // Broken off after the last byte.
    if (at >= end) return;
    const part = await openPart(s3, key, { ...reading, signal: abortSignal }, at);
    if (end === Number.POSITIVE_INFINITY) sink.onOpen?.();
    end = at + part.bytes;
    for await (const chunk of part.body) {
      onProgress();
      await take(chunk, abortSignal);
    }
    if (at < end) throw new Error("The body was cut.");
  }, signal);
}

/** Asks for what is left of a range; throws `store-unavailable` when something else comes: not every server knows ranges. */
async function openPart(
  { client, bucket, prefix }: S3Bucket,
  key: string,
  { range, signal, absent }: Reading,
  at: number,
): Promise<{ bytes: number; body: AsyncIterable<Buffer> }> {
  const Range = at === 0 && range === null ? undefined : `bytes=${at}-${range?.end ?? ""}`;
  const command = new GetObjectCommand({ Bucket: bucket, Key: `${prefix}${key}`, Range });
  const sending = client.send(command, { abortSignal: signal });
  // The body may take any time, its beginning may not.
  const begun = untilAborted(sending, AbortSignal.any([signal, answerSignal()]));
  const { Body, ContentLength, ContentRange } = await begun.catch((error: unknown) => {
    throw isAbsent(error) ? absent(error) : error;
  });
  if (!(Body instanceof Readable) || ContentLength === undefined) throw new Error("There is no body.");
  if (Range !== undefined && !isAnswered(Range, ContentRange)) {
    Body.destroy();
    throw storeUnavailable("does not send the parts of a file that it is asked for", null);
  }
  return { bytes: ContentLength, body: Body };
}

/** Whether the range that came, such as `bytes 5-9/20`, is the one that was asked for: `bytes=5-9` or `bytes=5-`. */
function isAnswered(asked: string, answered: string | undefined): boolean {
  const wanted = asked.replace("=", " ");
  const [came] = answered?.split("/") ?? [];
  return wanted.endsWith("-") ? came?.startsWith(wanted) === true : came === wanted;
}

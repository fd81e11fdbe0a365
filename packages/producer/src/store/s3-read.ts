import { GetObjectCommand } from "@aws-sdk/client-s3";
import { Readable } from "node:stream";

import type { ProblemError } from "@framewright/contract";

import type { ByteRange } from "./port.ts";
import type { S3Bucket } from "./s3-bucket.ts";
import { isAbsent, LocalFault } from "./s3-faults.ts";
import { persist } from "./s3-retry.ts";
import { storeUnavailable } from "./store-faults.ts";
import { untilAborted } from "./until-aborted.ts";

/** Takes the bytes as they come; nothing more is read until it is done with them. */
export interface Sink {
  /** Called once, when the object is there. */
  onOpen?(): void;
  write(chunk: Uint8Array): Promise<unknown>;
}

/**
 * Reads a range of an object, or all of it. A connection that breaks is taken up again where it broke.
 * Throws what `absent` makes of the failure when there is no such object, and what the sink throws.
 */
export async function readObject(
  { client, bucket, prefix }: S3Bucket,
  key: string,
  {
    range,
    signal,
    absent,
  }: { range: ByteRange | null; signal: AbortSignal; absent: (cause: unknown) => Error },
  sink: Sink,
): Promise<void> {
  let at = range?.start ?? 0;
  /** Where the range ends, once that is known. */
  let end: number | undefined;
  const write = (chunk: Uint8Array, ended: AbortSignal): Promise<unknown> =>
    untilAborted(sink.write(chunk), ended).catch((cause: unknown) => {
      throw new LocalFault("The bytes could not be taken.", { cause });
    });
  await persist(async (abortSignal, onProgress) => {
    // Broken off after the last byte.
    if (end !== undefined && at >= end) return;
    const rest = at === 0 && range === null ? undefined : `bytes=${at}-${range?.end ?? ""}`;
    const command = new GetObjectCommand({ Bucket: bucket, Key: `${prefix}${key}`, Range: rest });
    const { Body, ContentLength, ContentRange } = await client
      .send(command, { abortSignal })
      .catch((error: unknown) => {
        throw isAbsent(error) ? absent(error) : error;
      });
    if (!(Body instanceof Readable) || ContentLength === undefined) throw new Error("There is no body.");
    if (rest !== undefined && !isAnswered(rest, ContentRange)) throw noRanges();
    if (end === undefined) sink.onOpen?.();
    end = at + ContentLength;
    for await (const data of Body) {
      const chunk: Buffer = data;
      onProgress();
      await write(chunk, abortSignal);
      at += chunk.length;
    }
    if (at < end) throw new Error("The body was cut.");
  }, signal);
}

/** Whether the range that came is the one that was asked for: a server that knows none sends something else. */
function isAnswered(asked: string, answered: string | undefined): boolean {
  const [from, to] = [asked, answered].map((range) => range?.replace("=", " ").split("/")[0]);
  return from !== undefined && to?.startsWith(from) === true && (asked.endsWith("-") || to === from);
}

function noRanges(): ProblemError {
  return storeUnavailable("does not send the parts of a file that it is asked for", null);
}

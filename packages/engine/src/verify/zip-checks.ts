import { crc32 } from "node:zlib";

import type { Check } from "@framewright/contract";
import { type Entry, openPromise, type ZipFile } from "yauzl";

import { frameName } from "../assemble/archive-frames.ts";
import type { Expectation } from "../outputs/record.ts";
import { check } from "./check.ts";
import { decodeChecks } from "./decode-checks.ts";
import type { FileInspection } from "./inspect-file.ts";

/** What was seen of the entries while they were read. */
interface Seen {
  entries: number;
  named: number;
  intact: number;
}

async function readEntry(zip: ZipFile, entry: Entry): Promise<Buffer> {
  const parts: Buffer[] = [];
  for await (const part of await zip.openReadStreamPromise(entry)) parts.push(part as Buffer);
  return Buffer.concat(parts);
}

async function* picturesOf(path: string, seen: Seen): AsyncGenerator<Buffer, void, undefined> {
  const zip = await openPromise(path);
  for await (const entry of zip.eachEntry()) {
    const picture = await readEntry(zip, entry);
    if (entry.fileName === frameName(seen.entries)) seen.named++;
    if (crc32(picture) === entry.crc32) seen.intact++;
    seen.entries++;
    yield picture;
  }
}

/** Checks an archive of PNGs: every frame is there, under its name, whole, and can be decoded. */
export async function zipChecks(file: FileInspection, expected: Expectation): Promise<Check[]> {
  let seen: Seen = { entries: 0, named: 0, intact: 0 };
  const source = {
    arguments: ["-f", "image2pipe", "-c:v", "png", "-i", "pipe:0"],
    input: () => picturesOf(file.path, (seen = { entries: 0, named: 0, intact: 0 })),
  };
  const decoded = await file.decodedPart(source, expected.output.transparent);
  const { frames } = expected;
  return [
    check("entries", frames, seen.entries),
    check("entries by their names", frames, seen.named),
    check("entries with their checksums", frames, seen.intact),
    ...decodeChecks(decoded, expected),
  ];
}

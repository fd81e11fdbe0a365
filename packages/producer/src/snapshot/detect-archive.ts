import { open } from "node:fs/promises";

import { ProblemError } from "@framewright/contract";

export type ArchiveKind = "tar.gz" | "zip";

/** First bytes of a gzip member, of a zip's first entry, and of a zip without any entry. */
const MAGIC: readonly (readonly [ArchiveKind, Buffer])[] = [
  ["tar.gz", Buffer.from([0x1f, 0x8b])],
  ["zip", Buffer.from("PK\x03\x04", "latin1")],
  ["zip", Buffer.from("PK\x05\x06", "latin1")],
];

const HEAD_BYTES = 64;
const HTML_UPLOADED =
  "The upload is an HTML document. Put it into an archive, or send its text as `html` in a JSON body.";

/** What a file is by its first bytes, whatever its name; throws `archive-invalid` for anything else. */
export async function detectArchive(file: string): Promise<ArchiveKind> {
  const handle = await open(file);
  try {
    const { buffer, bytesRead } = await handle.read(Buffer.alloc(HEAD_BYTES), 0, HEAD_BYTES, 0);
    const head = buffer.subarray(0, bytesRead);
    const kind = MAGIC.find(([, magic]) => head.subarray(0, magic.length).equals(magic))?.[0];
    if (kind !== undefined) return kind;
    if (/^\s*<(!doctype|html|head|body|div|!--)/i.test(head.toString("latin1")))
      throw new ProblemError("archive-invalid", HTML_UPLOADED);
  } finally {
    await handle.close();
  }
  throw new ProblemError("archive-invalid", "The upload is neither a .tar.gz nor a .zip file.");
}

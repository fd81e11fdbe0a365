import { createWriteStream } from "node:fs";
import { mkdir, readdir, readlink, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { Readable } from "node:stream";
import { pipeline } from "node:stream/promises";
import { crc32, createGzip, deflateRawSync } from "node:zlib";

import { Header } from "tar";

export interface TarEntry {
  readonly name: string;
  readonly content?: Buffer | string;
  readonly type?: "File" | "Directory" | "SymbolicLink" | "Link" | "CharacterDevice" | "FIFO";
}

/** Writes files, given by relative path, and the folders that they need. */
export async function writeFiles(dir: string, files: Readonly<Record<string, string>>): Promise<void> {
  for (const [path, content] of Object.entries(files)) {
    await mkdir(dirname(join(dir, path)), { recursive: true });
    await writeFile(join(dir, path), content);
  }
}

/** The blocks of one tar entry, with names that no honest tool would write. */
export function tarEntry({ name, content = "", type = "File" }: TarEntry): Buffer {
  const body = Buffer.from(content);
  const header = Buffer.alloc(512);
  const isLink = type === "SymbolicLink" || type === "Link";
  new Header({
    path: name,
    type,
    size: body.length,
    mode: 0o644,
    mtime: new Date(0),
    ...(isLink && { linkpath: "/etc/passwd" }),
  }).encode(header);
  return Buffer.concat([header, body, Buffer.alloc((512 - (body.length % 512)) % 512)]);
}

const END_OF_TAR = Buffer.alloc(1024);

/** Writes a .tar.gz of raw pieces, closed by the end mark unless told otherwise. */
export async function writeTarGz(
  file: string,
  pieces: Iterable<Buffer>,
  { end = END_OF_TAR }: { end?: Buffer } = {},
): Promise<void> {
  function* all(): Iterable<Buffer> {
    yield* pieces;
    yield end;
  }
  await pipeline(Readable.from(all()), createGzip({ level: 1 }), createWriteStream(file));
}

export interface ZipEntry {
  readonly name: string;
  readonly content?: Buffer | string;
  /** Unix mode with type bits, as Info-ZIP stores it. */
  readonly mode?: number;
  readonly store?: boolean;
  /** The deflated bytes, when they are made elsewhere: then the claims stand for the content. */
  readonly deflated?: Buffer;
  /** What the headers claim instead of the truth. */
  readonly claimedBytes?: number;
  readonly claimedCrc?: number;
  readonly flags?: number;
}

/** A zip archive of our own making, so that its headers can lie. */
export function makeZip(entries: readonly ZipEntry[]): Buffer {
  const bodies: Buffer[] = [];
  const directory: Buffer[] = [];
  let offset = 0;
  for (const entry of entries) {
    const content = Buffer.from(entry.content ?? "");
    const data = entry.deflated ?? (entry.store ? content : deflateRawSync(content));
    const name = Buffer.from(entry.name);
    const fields = Buffer.alloc(26);
    fields.writeUInt16LE(20, 0);
    fields.writeUInt16LE(entry.flags ?? 0x800, 2);
    fields.writeUInt16LE(entry.store ? 0 : 8, 4);
    fields.writeUInt32LE(entry.claimedCrc ?? crc32(content), 10);
    fields.writeUInt32LE(data.length, 14);
    fields.writeUInt32LE(entry.claimedBytes ?? content.length, 18);
    fields.writeUInt16LE(name.length, 22);
    const body = Buffer.concat([Buffer.from("PK\x03\x04", "latin1"), fields, name, data]);
    const tail = Buffer.alloc(14);
    tail.writeUInt32LE(((entry.mode ?? 0) << 16) >>> 0, 6);
    tail.writeUInt32LE(offset, 10);
    directory.push(Buffer.from("PK\x01\x02\x14\x03", "latin1"), fields, tail, name);
    bodies.push(body);
    offset += body.length;
  }
  const central = Buffer.concat(directory);
  const end = Buffer.alloc(18);
  end.writeUInt16LE(entries.length, 4);
  end.writeUInt16LE(entries.length, 6);
  end.writeUInt32LE(central.length, 8);
  end.writeUInt32LE(offset, 12);
  return Buffer.concat([...bodies, central, Buffer.from("PK\x05\x06", "latin1"), end]);
}

/** Files that this process holds open below `dir`. */
export async function openFilesBelow(dir: string): Promise<string[]> {
  const links = await Promise.all(
    (await readdir("/proc/self/fd")).map((fd) => readlink(`/proc/self/fd/${fd}`).catch(() => "")),
  );
  return links.filter((path) => path.startsWith(dir));
}

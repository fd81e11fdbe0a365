import { constants, deflateRawSync, gzipSync } from "node:zlib";

import { makeZip, tarEntry } from "../snapshot/archives.ts";

const GIB = 2 ** 30;
const PIECE_BYTES = 16 * 2 ** 20;
const LEVEL = { level: 9, finishFlush: constants.Z_FULL_FLUSH };
const BLOCK_BYTES = 512;

/** Zeros, deflated without being there: pieces that end in a full flush can follow each other. */
function deflatedZeros(bytes: number): Buffer {
  const piece = deflateRawSync(Buffer.alloc(PIECE_BYTES), LEVEL);
  const pieces = Array<Buffer>(Math.ceil(bytes / PIECE_BYTES)).fill(piece);
  return Buffer.concat([...pieces, deflateRawSync("")]);
}

/** A zip of 10 MB whose five files are 2 GiB each. */
export function zipBomb(files = 5): Buffer {
  const deflated = deflatedZeros(2 * GIB);
  const bomb = { deflated, claimedBytes: 2 * GIB, claimedCrc: 0 };
  return makeZip(Array.from({ length: files }, (_, n) => ({ name: `zeros-${n}.bin`, ...bomb })));
}

/** A header that claims another size than the content's, with the checksum that goes with it. */
function claimSize(header: Buffer, bytes: number): Buffer {
  header.write(bytes.toString(8).padStart(11, "0"), 124, "latin1");
  header.fill(" ", 148, 156);
  const sum = header.reduce((total, byte) => total + byte, 0);
  header.write(`${sum.toString(8).padStart(6, "0")}\0 `, 148, "latin1");
  return header;
}

const GZIP_HEAD = Buffer.from([0x1f, 0x8b, 8, 0, 0, 0, 0, 0, 0, 0xff]);

/** A .tar.gz of 10 MB that unpacks to 10 GiB. */
export function tarBomb(): Buffer {
  const header = claimSize(tarEntry({ name: "zeros.bin" }), 8 * GIB - BLOCK_BYTES);
  return Buffer.concat([GZIP_HEAD, deflateRawSync(header, LEVEL), deflatedZeros(10 * GIB)]);
}

/** A .tar.gz of so many empty files. */
export function tarOfMany(entries: number): Buffer {
  const thousand = Array.from({ length: 1_000 }, (_, n) => tarEntry({ name: `f${n}` }));
  const block = Buffer.concat(thousand);
  return gzipSync(Buffer.concat([...Array<Buffer>(entries / 1_000).fill(block), Buffer.alloc(1_024)]), {
    level: 1,
  });
}

/** A zip of so many files without a byte. */
export function zipOfMany(entries: number): Buffer {
  const name = Buffer.from("f0000000");
  const zip = makeZip([{ name: name.toString(), store: true }]);
  const directoryAt = zip.indexOf("PK\x01\x02");
  const endAt = zip.indexOf("PK\x05\x06");
  const record = zip.subarray(directoryAt, endAt);
  const directory = Buffer.alloc(record.length * entries);
  const nameAt = record.indexOf(name);
  for (let entry = 0; entry < entries; entry++) {
    const at = record.copy(directory, entry * record.length) * entry;
    directory.write(String(entry).padStart(7, "0"), at + nameAt + 1, "latin1");
  }
  return Buffer.concat([zip.subarray(0, directoryAt), directory, endRecord(entries, directory, directoryAt)]);
}

/** The end of a zip that counts beyond 65,535 entries: the record for that, where it is, and the usual one. */
function endRecord(entries: number, directory: Buffer, directoryAt: number): Buffer {
  const zip64 = Buffer.alloc(56);
  zip64.write("PK\x06\x06", "latin1");
  zip64.writeBigUInt64LE(44n, 4);
  zip64.writeUInt16LE(45, 12);
  zip64.writeUInt16LE(45, 14);
  zip64.writeBigUInt64LE(BigInt(entries), 24);
  zip64.writeBigUInt64LE(BigInt(entries), 32);
  zip64.writeBigUInt64LE(BigInt(directory.length), 40);
  zip64.writeBigUInt64LE(BigInt(directoryAt), 48);
  const locator = Buffer.alloc(20);
  locator.write("PK\x06\x07", "latin1");
  locator.writeBigUInt64LE(BigInt(directoryAt + directory.length), 8);
  locator.writeUInt32LE(1, 16);
  const end = Buffer.alloc(22, 0xff);
  end.write("PK\x05\x06", "latin1");
  end.writeUInt32LE(0, 4);
  end.writeUInt16LE(0, 20);
  return Buffer.concat([zip64, locator, end]);
}

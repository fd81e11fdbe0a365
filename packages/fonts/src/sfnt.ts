/** Of a font with several kinds of colour glyphs, the browser draws another kind: this one only takes room. */
const UNUSED_TABLE = "SVG ";
const HEADER_BYTES = 12;
const RECORD_BYTES = 16;

/** Unpacks a font of the web to one that a machine can have installed (OpenType's own container, sfnt). */
export async function toSfnt(woff2: Uint8Array): Promise<Buffer> {
  // Loaded when it is needed, which is once a machine.
  const { decompress } = await import("wawoff2");
  return withoutTable(Buffer.from(await decompress(woff2)), UNUSED_TABLE);
}

interface Table {
  readonly record: Buffer;
  readonly bytes: Buffer;
}

function tablesOf(font: Buffer): Table[] {
  return Array.from({ length: font.readUInt16BE(4) }, (_, index) => {
    const at = HEADER_BYTES + index * RECORD_BYTES;
    const record = font.subarray(at, at + RECORD_BYTES);
    const offset = record.readUInt32BE(8);
    return { record, bytes: font.subarray(offset, offset + record.readUInt32BE(12)) };
  });
}

function withoutTable(font: Buffer, name: string): Buffer {
  const all = tablesOf(font);
  const tables = all.filter(({ record }) => record.toString("latin1", 0, 4) !== name);
  if (tables.length === all.length) return font;
  let offset = HEADER_BYTES + tables.length * RECORD_BYTES;
  const records = tables.map(({ record, bytes }) => {
    const moved = Buffer.from(record);
    moved.writeUInt32BE(offset, 8);
    offset += padded(bytes.length);
    return moved;
  });
  const bodies = tables.map(({ bytes }) => Buffer.concat([bytes], padded(bytes.length)));
  return Buffer.concat([header(font, tables.length), ...records, ...bodies]);
}

/** Tables begin at multiples of four. */
function padded(length: number): number {
  return Math.ceil(length / 4) * 4;
}

/** https://learn.microsoft.com/typography/opentype/spec/otff#table-directory */
function header(font: Buffer, tables: number): Buffer {
  const bytes = Buffer.from(font.subarray(0, HEADER_BYTES));
  const entrySelector = Math.floor(Math.log2(tables));
  const searchRange = 2 ** entrySelector * RECORD_BYTES;
  bytes.writeUInt16BE(tables, 4);
  bytes.writeUInt16BE(searchRange, 6);
  bytes.writeUInt16BE(entrySelector, 8);
  bytes.writeUInt16BE(tables * RECORD_BYTES - searchRange, 10);
  return bytes;
}

import { open } from "node:fs/promises";

import type { Check } from "@framewright/contract";

import { check } from "./check.ts";
import type { FileInspection } from "./inspect-file.ts";

/** The order of an MP4 file's top-level boxes (ISO/IEC 14496-12). */
async function boxes(file: string): Promise<string[]> {
  const handle = await open(file, "r");
  try {
    const names: string[] = [];
    const header = Buffer.alloc(16);
    for (let offset = 0; names.length < 16;) {
      const { bytesRead } = await handle.read(header, 0, 16, offset);
      if (bytesRead < 8) break;
      names.push(header.toString("latin1", 4, 8));
      const size = header.readUInt32BE(0);
      const length = size === 1 ? Number(header.readBigUInt64BE(8)) : size;
      if (length < 8) break;
      offset += length;
    }
    return names;
  } finally {
    await handle.close();
  }
}

/** Whether a player can begin with the first bytes. */
export async function fastStartCheck({ path }: FileInspection): Promise<Check> {
  const names = await boxes(path);
  const index = names.indexOf("moov");
  const early = index !== -1 && index < names.indexOf("mdat");
  return check("starts before it is loaded", "yes", early ? "yes" : "no");
}

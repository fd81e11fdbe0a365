import { open } from "node:fs/promises";

import type { Check } from "@framewright/contract";

import { check } from "./check.ts";
import type { FileInspection } from "./inspect-file.ts";

/** Screen descriptor, palette and loop come before any picture. */
const HEAD_BYTES = 2_048;
const LOOP = Buffer.from("NETSCAPE2.0\u0003\u0001", "latin1");

/** How often a GIF is played, by what its head says: 0 is for ever. */
async function playsOf(path: string): Promise<number> {
  const handle = await open(path, "r");
  try {
    const { buffer } = await handle.read(Buffer.alloc(HEAD_BYTES), 0, HEAD_BYTES, 0);
    const at = buffer.indexOf(LOOP);
    if (at === -1) return 1;
    const repeats = buffer.readUInt16LE(at + LOOP.length);
    return repeats === 0 ? 0 : repeats + 1;
  } finally {
    await handle.close();
  }
}

export async function gifLoopCheck({ path }: FileInspection, plays: number | null): Promise<Check> {
  return check("plays", plays ?? 0, await playsOf(path));
}

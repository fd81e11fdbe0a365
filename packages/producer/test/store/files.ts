import { createHash, randomBytes } from "node:crypto";
import { writeFile } from "node:fs/promises";
import { join } from "node:path";

import { expect } from "vitest";

import type { Store } from "../../src/store/port.ts";

export const META = { contentType: "video/mp4" };
export const MIB = 2 ** 20;

export const soon = (): AbortSignal => AbortSignal.timeout(60_000);
export const sha256 = (content: Buffer | string): string =>
  createHash("sha256").update(content).digest("hex");

let made = 0;

/** A file of the test's own. */
export async function sourceFile(work: string, content: Buffer | string): Promise<string> {
  const file = join(work, `source-${++made}`);
  await writeFile(file, content);
  return file;
}

/** Random bytes, put under a key. */
export async function putBytes(store: Store, work: string, key: string, bytes: number): Promise<Buffer> {
  const content = randomBytes(bytes);
  const stored = await store.put(key, await sourceFile(work, content), META, soon());
  expect(stored).toEqual({ bytes, sha256: sha256(content) });
  return content;
}

export async function readAll(stream: ReadableStream<Uint8Array>): Promise<Buffer> {
  return Buffer.from(await new Response(stream).arrayBuffer());
}

export async function keysOf(store: Store, prefix = ""): Promise<string[]> {
  const keys: string[] = [];
  for await (const { key } of store.list(prefix)) keys.push(key);
  return keys.sort();
}

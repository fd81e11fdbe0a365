import { readFile } from "node:fs/promises";
import { join } from "node:path";

import { LibrarySchema, ProblemError } from "@framewright/contract";
import { z } from "zod";

import { ifThere } from "./if-there.ts";
import { hashOf } from "./integrity.ts";

/** In a project's root: what its page is served in place of CDNs. */
export const LOCKFILE = "framewright.lock.json";

const VERSION = 1;

const LockedSchema = LibrarySchema.extend({
  integrity: z.string().refine((text) => hashOf(text) !== null, "expected sha512-… in base64"),
  /** Where its bytes are in the project. */
  file: z.string().optional(),
});

/** An entry of a lockfile. */
export type Locked = z.infer<typeof LockedSchema>;

const LockfileSchema = z.object({ lockfileVersion: z.literal(VERSION), libraries: z.array(LockedSchema) });

/** The lockfile that a project brings; nothing where it has none. @throws ProblemError `lockfile-invalid` */
export async function readLockfile(projectDir: string): Promise<readonly Locked[]> {
  const text = await ifThere(readFile(join(projectDir, LOCKFILE), "utf8"));
  if (text === null) return [];
  return parseLockfile(text);
}

function parseLockfile(text: string): readonly Locked[] {
  let json: unknown;
  try {
    json = JSON.parse(text);
  } catch (cause) {
    throw new ProblemError("lockfile-invalid", `${LOCKFILE} is no JSON.`, { cause });
  }
  // A list alone is what the API gives as a plan's libraries.
  const whole = Array.isArray(json) ? { lockfileVersion: VERSION, libraries: json } : json;
  const parsed = LockfileSchema.safeParse(whole);
  if (parsed.success) return parsed.data.libraries;
  const [issue] = parsed.error.issues;
  throw new ProblemError("lockfile-invalid", `${LOCKFILE}, ${issue?.path.join(".")}: ${issue?.message}.`);
}

/** The text of a lockfile, its entries in the order of their URLs. */
export function formatLockfile(libraries: readonly Locked[]): string {
  const sorted = libraries.toSorted((a, b) => (a.url < b.url ? -1 : 1));
  return `${JSON.stringify({ lockfileVersion: VERSION, libraries: sorted } satisfies z.input<typeof LockfileSchema>, null, 2)}\n`;
}

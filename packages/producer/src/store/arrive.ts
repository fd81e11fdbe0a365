import { randomUUID } from "node:crypto";
import { rename, rm } from "node:fs/promises";

/** Lets a file be made under a name beside its own, which it is given only when it is whole; on failure nothing is left. */
export async function arrive<T>(file: string, make: (aside: string) => Promise<T>): Promise<T> {
  const aside = `${file}.${randomUUID()}`;
  try {
    const made = await make(aside);
    await rename(aside, file);
    return made;
  } catch (error) {
    // Whatever cannot be removed goes with its folder; the first failure is the one to report.
    await rm(aside, { force: true }).catch(() => undefined);
    throw error;
  }
}

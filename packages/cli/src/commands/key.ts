import { hash, randomBytes } from "node:crypto";

import { badInput } from "../failure.ts";
import type { Runtime } from "../runtime.ts";

export interface KeyFlags {
  readonly json?: boolean;
}

const TENANT = /^[a-z\d-]{1,40}$/;
/** As many as the digest has: neither can be guessed. */
const KEY_BYTES = 32;

/** Prints a new API key and the entry that lets it in. Throws CommandError. */
export function key(tenant = "default", { json }: KeyFlags, { stdout, stderr }: Runtime): void {
  if (!TENANT.test(tenant)) {
    throw badInput(`${tenant} is no name of a tenant.`, "Use up to 40 of a to z, 0 to 9 and -.");
  }
  const made = `fw_${randomBytes(KEY_BYTES).toString("base64url")}`;
  const entry = `${tenant}:${hash("sha256", made)}`;
  if (json === true) {
    stdout.write(`${JSON.stringify({ type: "result", key: made, entry })}\n`);
    return;
  }
  stdout.write(`key    ${made}\nentry  ${entry}\n`);
  stderr.write(
    "Add the entry to the service's PRODUCER_API_KEYS (separated by commas), and give the key to the caller:\n" +
      "FRAMEWRIGHT_API_KEY for this command, `Authorization: Bearer <key>` elsewhere. It cannot be shown again.\n",
  );
}

import { createHash, createPublicKey } from "node:crypto";

import { generate } from "selfsigned";

/** A key for answering https in the place of others, which one kind of browser trusts: those that this process starts. */
export interface PageKey {
  readonly key: string;
  readonly cert: string;
  /** SHA-256 of the public key in base64: what the browser is told to trust. */
  readonly fingerprint: string;
}

let made: Promise<PageKey> | undefined;

/** The key of this process, made when it is first needed; it is never written anywhere. */
export function pageKey(): Promise<PageKey> {
  made ??= make();
  return made;
}

async function make(): Promise<PageKey> {
  const subject = [{ name: "commonName", value: "framewright" }];
  const { private: key, cert } = await generate(subject, {
    keyType: "ec",
    curve: "P-256",
    algorithm: "sha256",
  });
  const spki = createPublicKey(cert).export({ type: "spki", format: "der" });
  return { key, cert, fingerprint: createHash("sha256").update(spki).digest("base64") };
}

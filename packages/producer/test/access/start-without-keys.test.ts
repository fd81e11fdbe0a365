import { createHash } from "node:crypto";

import pino from "pino";
import { expect, it } from "vitest";

import { tellWhoMayCall } from "../../src/access/tell-who-may-call.ts";
import { ConfigError, readConfig } from "../../src/config.ts";

const DIGEST = createHash("sha256").update("key").digest("hex");

function complaintOf(env: Record<string, string>): string {
  try {
    readConfig(env);
    return "";
  } catch (error) {
    if (error instanceof ConfigError) return error.message;
    throw error;
  }
}

it.each(["0.0.0.0", "::", "192.168.1.10", "producer.internal"])(
  "an API at %s is not opened to callers without a key",
  (host) =>
    expect(complaintOf({ PRODUCER_HOST: host })).toMatch(/PRODUCER_API_KEYS.*PRODUCER_ALLOW_ANONYMOUS/),
);

it.each(["127.0.0.1", "::1", "localhost", "127.0.0.2"])("an API at %s needs no key", (host) =>
  expect(complaintOf({ PRODUCER_HOST: host })).toBe(""),
);

it("is opened with a key, or where the operator allows it", () => {
  expect(complaintOf({ PRODUCER_HOST: "0.0.0.0", PRODUCER_API_KEYS: `film:${DIGEST}` })).toBe("");
  expect(complaintOf({ PRODUCER_HOST: "0.0.0.0", PRODUCER_ALLOW_ANONYMOUS: "true" })).toBe("");
  expect(complaintOf({ PRODUCER_HOST: "0.0.0.0", PRODUCER_ALLOW_ANONYMOUS: "false" })).not.toBe("");
});

it("a worker serves no API, and needs neither", () => {
  expect(
    complaintOf({ PRODUCER_HOST: "0.0.0.0", PRODUCER_ROLE: "worker", DATABASE_URL: "postgres://host/db" }),
  ).toBe("");
});

it("the log says who may call without a key", () => {
  const lines: string[] = [];
  const log = pino({ base: null }, { write: (line: string) => void lines.push(line) });
  tellWhoMayCall(readConfig({}), log);
  tellWhoMayCall(readConfig({ PRODUCER_HOST: "0.0.0.0", PRODUCER_ALLOW_ANONYMOUS: "true" }), log);
  tellWhoMayCall(readConfig({ PRODUCER_API_KEYS: `film:${DIGEST}` }), log);
  expect(lines).toHaveLength(2);
  expect(lines[0]).toContain("only this machine is served");
  expect(lines[1]).toContain("whoever reaches it is served");
});

it("reads several keys, and says which one is malformed without showing any", () => {
  const entries = [`film:${DIGEST}`, `news:${DIGEST}`];
  expect(readConfig({ PRODUCER_API_KEYS: entries.join(" , ") }).apiKeys).toEqual([
    { tenant: "film", sha256: Buffer.from(DIGEST, "hex") },
    { tenant: "news", sha256: Buffer.from(DIGEST, "hex") },
  ]);
  const complaint = complaintOf({ PRODUCER_API_KEYS: `${entries[0]},the-key-itself` });
  expect(complaint).toContain("entry 2");
  expect(complaint).not.toContain("the-key-itself");
});

it("never shows the secret of webhooks", () => {
  const complaint = complaintOf({ PRODUCER_WEBHOOK_SECRET: "whsec_dG9vIHNob3J0" });
  expect(complaint).toContain("whsec_ and 24 to 64 bytes in base64");
  expect(complaint).not.toContain("dG9vIHNob3J0");
});

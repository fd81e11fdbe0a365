import type * as Crypto from "node:crypto";
import { createHash } from "node:crypto";

import { expect, it, vi } from "vitest";

const compared = vi.hoisted(() => ({ times: 0 }));
vi.mock("node:crypto", async (original) => {
  const crypto = await original<typeof Crypto>();
  return {
    ...crypto,
    timingSafeEqual: (...pair: Parameters<typeof crypto.timingSafeEqual>) => {
      compared.times += 1;
      return crypto.timingSafeEqual(...pair);
    },
  };
});

const { findTenant, parseApiKey } = await import("../../src/access/api-keys.ts");

const digest = (key: string) => createHash("sha256").update(key).digest("hex");

function keysOf(...entries: readonly string[]) {
  return entries.map((entry) => {
    const key = parseApiKey(entry);
    if (!key) throw new Error(`${entry} is no entry`);
    return key;
  });
}

const KEYS = keysOf(
  `film:${digest("first")}`,
  `film:${digest("second")}`,
  `news-2:${digest("third").toUpperCase()}`,
);

it("a key belongs to the tenant of its entry, of which one tenant may have several", () => {
  expect(findTenant(KEYS, "first")).toBe("film");
  expect(findTenant(KEYS, "second")).toBe("film");
  expect(findTenant(KEYS, "third")).toBe("news-2");
});

it.each(["", "First", "first ", "fourth", digest("first"), "x".repeat(100_000)])("%.20j is no key", (given) =>
  expect(findTenant(KEYS, given)).toBeNull(),
);

it("compares in constant time, and with every entry, wherever the key is", () => {
  for (const given of ["first", "third", "fourth"]) {
    compared.times = 0;
    findTenant(KEYS, given);
    expect(compared.times).toBe(KEYS.length);
  }
});

it.each([
  "film",
  `film:${digest("a").slice(1)}`,
  `film:${digest("a")}0`,
  `Film:${digest("a")}`,
  `:${digest("a")}`,
  `${"t".repeat(41)}:${digest("a")}`,
  `film:${digest("a").replace(/^./, "g")}`,
  `fi lm:${digest("a")}`,
])("%s is no entry", (entry) => expect(parseApiKey(entry)).toBeNull());

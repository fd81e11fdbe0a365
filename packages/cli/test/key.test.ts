import { createHash } from "node:crypto";

import { expect, it } from "vitest";

import { command } from "./command.ts";

function readLines(stdout: string): { key: string; entry: string } {
  const { key = "", entry = "" } =
    /^key {4}(?<key>\S+)\nentry {2}(?<entry>\S+)\n$/.exec(stdout)?.groups ?? {};
  return { key, entry };
}

it("prints a key and the entry that lets it in", async () => {
  const { code, stdout, stderr } = await command(["key", "film-2"]);
  const { key, entry } = readLines(stdout);
  expect(code).toBe(0);
  expect(key).toMatch(/^fw_[\w-]{43}$/);
  expect(entry).toBe(`film-2:${createHash("sha256").update(key).digest("hex")}`);
  expect(stderr).toContain("PRODUCER_API_KEYS");
});

it("makes another one each time, for the default tenant unless one is named", async () => {
  const [first, second] = [await command(["key"]), await command(["key"])].map(({ stdout }) =>
    readLines(stdout),
  );
  expect(first?.entry).toMatch(/^default:[\da-f]{64}$/);
  expect(first?.key).not.toBe(second?.key);
});

it("prints JSON where asked", async () => {
  const { stdout } = await command(["key", "--json"]);
  const { type, key, entry } = JSON.parse(stdout);
  expect(type).toBe("result");
  expect(entry).toBe(`default:${createHash("sha256").update(key).digest("hex")}`);
});

it.each(["Film", "a b", "a:b", "x".repeat(41)])("%j is no name of a tenant", async (tenant) => {
  const { code, stdout, stderr } = await command(["key", tenant]);
  expect([code, stdout]).toEqual([2, ""]);
  expect(stderr).toContain("is no name of a tenant");
});

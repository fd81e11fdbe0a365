import { execFileSync } from "node:child_process";
import { rename, symlink } from "node:fs/promises";
import { join } from "node:path";

import { afterAll, beforeAll, describe, expect, it } from "vitest";

import { openContained } from "../../src/files/containment.ts";
import { type Fixture, startFixture, write } from "./snapshot-fixture.ts";

describe("what is opened below a snapshot's root", () => {
  let fixture: Fixture;
  beforeAll(async () => {
    fixture = await startFixture();
  });
  afterAll(() => fixture.close());

  it("is never outside, also while a folder is being swapped for a link that leaves", async () => {
    const at = (name: string) => join(fixture.root, name);
    await write(at("folder/secret.txt"), "INSIDE");
    await symlink("..", at("link"));
    const seen = new Set<string>();
    const startedAt = performance.now();
    // For a while, and on a busy machine until both have been met.
    const goesOn = (): boolean => {
      const ms = performance.now() - startedAt;
      return ms < 1_500 || (seen.size < 2 && ms < 15_000);
    };
    const done = new AbortController();
    const swapping = (async () => {
      while (!done.signal.aborted) {
        await rename(at("folder"), at("aside"));
        await rename(at("link"), at("folder"));
        await rename(at("folder"), at("link"));
        await rename(at("aside"), at("folder"));
      }
    })();
    try {
      while (goesOn()) {
        const opened = await openContained(fixture.root, "/folder/secret.txt");
        if (typeof opened === "string") {
          seen.add(opened);
          continue;
        }
        seen.add(await opened.handle.readFile("utf8"));
        await opened.handle.close();
      }
    } finally {
      done.abort();
      await swapping;
    }
    expect([...seen].sort()).toEqual(["INSIDE", "missing"]);
  });

  it.skipIf(process.platform === "win32")("is no pipe, and nobody waits for its writer", async () => {
    execFileSync("mkfifo", [join(fixture.root, "pipe")]);
    expect(await openContained(fixture.root, "/pipe")).toBe("missing");
  });
});

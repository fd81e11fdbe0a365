import { execFile } from "node:child_process";
import { truncate, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { promisify } from "node:util";

import { expect, test } from "vitest";

import { openFolder } from "../e2e/machine.ts";
import { MIB } from "./files.ts";
import { startS3rver } from "./s3-servers.ts";

const run = promisify(execFile);
const FIXTURE = new URL("fixtures/move-large.ts", import.meta.url).pathname;

test("a file of 1 GB passes through little memory", { timeout: 300_000 }, async () => {
  await using folder = await openFolder("store-large-");
  await using server = await startS3rver();
  const files = { large: join(folder.dir, "large"), small: join(folder.dir, "small") };
  await writeFile(files.large, "");
  await truncate(files.large, 1024 * MIB);
  await writeFile(files.small, Buffer.alloc(20 * MIB));
  const { stdout } = await run(
    process.execPath,
    [
      "--max-semi-space-size=8",
      FIXTURE,
      server.url,
      files.large,
      files.small,
      server.credentials.accessKeyId,
    ],
    { timeout: 280_000, killSignal: "SIGKILL" },
  );
  const { grewBytes } = JSON.parse(stdout) as { grewBytes: number };
  expect(grewBytes).toBeLessThan(64 * MIB);
});

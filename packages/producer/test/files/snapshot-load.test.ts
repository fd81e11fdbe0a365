import { execFile, spawnSync } from "node:child_process";
import { readdir } from "node:fs/promises";
import { connect } from "node:net";
import { join } from "node:path";
import { monitorEventLoopDelay } from "node:perf_hooks";
import { promisify } from "node:util";

import { afterAll, beforeAll, describe, expect, it } from "vitest";

import { ask, type Fixture, startFixture, until, writeSparse } from "./snapshot-fixture.ts";

const run = promisify(execFile);
const curlMissing = spawnSync("curl", ["--version"]).status !== 0;
const MIB = 1024 * 1024;

describe("a snapshot's server under load", () => {
  let fixture: Fixture;
  let port: number;
  beforeAll(async () => {
    fixture = await startFixture();
    port = fixture.server.port;
    await writeSparse(join(fixture.root, "large.bin"), 200 * MIB);
    await writeSparse(join(fixture.root, "large.html"), 200 * MIB);
  });
  afterAll(() => fixture.close());

  it.skipIf(curlMissing)(
    "streams six large files at once with a quick loop and little memory (needs curl)",
    async () => {
      // Once beforehand, so that what is measured is not the first compilation.
      await ask(port, "/counted.bin");
      const delay = monitorEventLoopDelay({ resolution: 5 });
      const rssBefore = process.memoryUsage.rss();
      let rssPeak = rssBefore;
      const sampler = setInterval(() => (rssPeak = Math.max(rssPeak, process.memoryUsage.rss())), 50);
      delay.enable();
      const downloads = Array.from({ length: 6 }, () =>
        run("curl", [
          "-sS",
          "--max-time",
          "60",
          "-o",
          "/dev/null",
          "-w",
          "%{size_download}",
          `http://127.0.0.1:${port}/large.bin`,
        ]),
      );
      const sizes = (await Promise.all(downloads)).map(({ stdout }) => Number(stdout));
      delay.disable();
      clearInterval(sampler);

      expect(sizes).toEqual(Array(6).fill(200 * MIB));
      // The sampler's own period of 5 ms is part of every value.
      expect(delay.percentile(99) / 1e6).toBeLessThan(50);
      expect((rssPeak - rssBefore) / MIB).toBeLessThan(150);
    },
    90_000,
  );

  it.skipIf(process.platform !== "linux").each(["/large.bin", "/large.html", "/large.bin?range"])(
    "has no file open after 60 aborted downloads of %s (needs /proc)",
    async (path) => {
      const before = await openFiles();
      const range = path.endsWith("range") ? "Range: bytes=1000-\r\n" : "";
      for (let index = 0; index < 60; index++) await abortDownload(port, path, range);
      await until(async () => (await openFiles()) <= before, 10_000);
      expect((await ask(port, "/counted.bin")).status).toBe(200);
    },
  );

  it("drops a client that never finishes its headers", async () => {
    const socket = connect(port, "127.0.0.1");
    socket.on("error", () => socket.destroy()).resume();
    socket.write("GET / HTTP/1.1\r\nX-Slow: ");
    const started = performance.now();
    await until(() => socket.destroyed, 20_000);
    expect(performance.now() - started).toBeGreaterThan(5_000);
  });

  it("lives on after bytes that are no HTTP", async () => {
    const socket = connect(port, "127.0.0.1");
    socket.on("error", () => socket.destroy()).resume();
    socket.write("\0\u{1}\u{2}nonsense\r\n\r\n");
    await until(() => socket.destroyed, 5_000);
    expect((await ask(port, "/counted.bin")).status).toBe(200);
  });
});

/** How many descriptors this process holds: files and connections alike. */
async function openFiles(): Promise<number> {
  return (await readdir("/proc/self/fd")).length;
}

/** Takes the first bytes of an answer and hangs up. */
function abortDownload(port: number, path: string, header: string): Promise<void> {
  return new Promise((resolve, reject) => {
    const socket = connect(port, "127.0.0.1");
    socket.setTimeout(5_000, () => socket.destroy(new Error("no answer")));
    socket.once("data", () => socket.destroy());
    socket.once("error", reject);
    socket.once("close", () => resolve());
    socket.write(`GET ${path} HTTP/1.1\r\nHost: 127.0.0.1\r\n${header}\r\n`);
  });
}

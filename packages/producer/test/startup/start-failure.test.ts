import { spawn } from "node:child_process";
import { once } from "node:events";
import { createServer } from "node:net";

import { ProblemError, PROBLEMS } from "@framewright/contract";
import { expect, it, onTestFinished } from "vitest";

import { readConfig } from "../../src/config.ts";
import { startFailure } from "../../src/startup/start-failure.ts";
import { openFolder } from "../e2e/machine.ts";
import { FROM_SOURCE } from "../e2e/producer-process.ts";
import { testEnvironment } from "../e2e/producer.ts";

const config = readConfig({ PRODUCER_HOST: "127.0.0.1", PRODUCER_PORT: "4321" });

/** How listening on an address fails. */
async function listenError(host: string, port: number): Promise<unknown> {
  const server = createServer();
  onTestFinished(() => void server.close());
  server.listen(port, host);
  const [error] = await once(server, "error", { signal: AbortSignal.timeout(10_000) });
  return error;
}

/** A port of the loopback address that somebody listens on. */
async function takenPort(): Promise<number> {
  const taken = createServer().listen(0, "127.0.0.1");
  onTestFinished(() => void taken.close());
  await once(taken, "listening");
  const address = taken.address();
  return typeof address === "object" && address ? address.port : 0;
}

/** Starts the service as a program that cannot start; gives its exit code and what it wrote. */
async function failToStart(env: Readonly<Record<string, string>>): Promise<{ code: number; text: string }> {
  await using data = await openFolder();
  const child = spawn(process.execPath, [FROM_SOURCE], {
    cwd: data.dir,
    env: { ...process.env, ...(await testEnvironment(data.dir)), PRODUCER_LOG_LEVEL: "info", ...env },
    stdio: ["ignore", "pipe", "pipe"],
    timeout: 40_000,
    killSignal: "SIGKILL",
  });
  let text = "";
  for (const stream of [child.stdout, child.stderr]) stream.on("data", (chunk) => (text += String(chunk)));
  const [code] = (await once(child, "close")) as [number];
  return { code, text };
}

it.each([
  [
    "a port that is taken",
    async () => ({ PRODUCER_PORT: String(await takenPort()) }),
    /is in use by another/,
  ],
  ["a program that does not exist", async () => ({ PRODUCER_FFMPEG_PATH: "/nope" }), /PRODUCER_FFMPEG_PATH/],
  ["a data folder that cannot be", async () => ({ PRODUCER_DATA_DIR: "/dev/null/x" }), /PRODUCER_DATA_DIR/],
  [
    "no projects' root",
    async () => ({ PRODUCER_PROJECTS_ROOT: "/nope" }),
    /PRODUCER_PROJECTS_ROOT names \/nope/,
  ],
  ["an output root that is a file", async () => ({ PRODUCER_OUTPUT_ROOT: "/dev/null" }), /is not a folder/],
  [
    "a browser that is none",
    async () => ({ PRODUCER_BROWSER_PATH: "/bin/true" }),
    /PRODUCER_BROWSER_PATH names does not start as a browser\./,
  ],
] as const)(
  "%s ends the start with exit code 2 and the reason",
  { timeout: 60_000 },
  async (_, env, reason) => {
    const { code, text } = await failToStart(await env());
    expect(code).toBe(2);
    expect(text).toMatch(reason);
  },
);

it("names the address that is taken, and the variable", async () => {
  const port = await takenPort();
  const text = startFailure(await listenError("127.0.0.1", port), config);
  expect(text).toMatch(/127\.0\.0\.1:4321 is in use .*PRODUCER_PORT/);
});

it("names the variables of an address that this machine does not have", async () => {
  expect(startFailure(await listenError("192.0.2.1", 0), config)).toMatch(/PRODUCER_HOST and PRODUCER_PORT/);
});

it("gives a problem with its remedy", () => {
  const text = startFailure(new ProblemError("disk-full", "Nothing is left."), config);
  expect(text).toBe(`Nothing is left. ${PROBLEMS["disk-full"].remedy}`);
});

it("says something about anything else", () => {
  expect(startFailure(new Error("The folder is not writable."), config)).toBe("The folder is not writable.");
  expect(startFailure("a string", config)).toBe("The service could not start.");
});

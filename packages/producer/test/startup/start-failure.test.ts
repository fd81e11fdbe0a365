import { once } from "node:events";
import { createServer } from "node:net";

import { ProblemError, PROBLEMS } from "@framewright/contract";
import { expect, it, onTestFinished } from "vitest";

import { readConfig } from "../../src/config.ts";
import { startFailure } from "../../src/startup/start-failure.ts";

const config = readConfig({ PRODUCER_HOST: "127.0.0.1", PRODUCER_PORT: "4321" });

/** How listening on an address fails. */
async function listenError(host: string, port: number): Promise<unknown> {
  const server = createServer();
  onTestFinished(() => void server.close());
  server.listen(port, host);
  const [error] = await once(server, "error", { signal: AbortSignal.timeout(10_000) });
  return error;
}

it("names the address that is taken, and the variable", async () => {
  const taken = createServer().listen(0, "127.0.0.1");
  onTestFinished(() => void taken.close());
  await once(taken, "listening");
  const address = taken.address();
  const port = typeof address === "object" && address ? address.port : 0;
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

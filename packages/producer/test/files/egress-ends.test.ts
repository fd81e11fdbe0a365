import { once } from "node:events";
import { connect } from "node:net";

import { afterAll, afterEach, beforeAll, describe, expect, it } from "vitest";

import type { SnapshotServerOptions } from "../../src/files/serve-snapshot.ts";
import { connectThrough, openConnections, type Outside, startOutside, startProxy } from "./egress-fixture.ts";
import { ask, type Fixture, until } from "./snapshot-fixture.ts";

let outside: Outside;
let fixture: Fixture | undefined;
beforeAll(async () => {
  outside = await startOutside();
});
afterEach(async () => {
  await fixture?.close();
  fixture = undefined;
  outside.arrived.length = 0;
});
afterAll(() => outside.close());

async function start(options: Partial<SnapshotServerOptions> = {}) {
  fixture = await startProxy(outside, options);
  return fixture.server;
}

describe("hosts that fail", () => {
  it("by having no address, or refusing the connection, give 502", async () => {
    const { port, refused } = await start({
      allowedHosts: ["gone.test", "cdn.test:1"],
      resolve: async (host) => {
        if (host === "gone.test") throw Object.assign(new Error("not found"), { code: "ENOTFOUND" });
        return ["127.0.0.1"];
      },
    });
    const gone = await ask(port, "http://gone.test/");
    expect([gone.status, gone.body.toString()]).toEqual([
      502,
      "gone.test:80 could not be reached (ENOTFOUND).\n",
    ]);
    const closed = await ask(port, "http://cdn.test:1/");
    expect([closed.status, closed.body.toString()]).toEqual([
      502,
      "cdn.test:1 could not be reached (ECONNREFUSED).\n",
    ]);
    expect(await connectThrough(port, "cdn.test:1")).toMatch(/^HTTP\/1\.1 502 Bad Gateway\r\n/);
    expect(refused()).toHaveLength(3);
  });

  it("by a resolver that never answers, give 502 in time", async () => {
    const { port } = await start({ resolve: () => new Promise(() => undefined), connectTimeoutMs: 100 });
    const answer = await ask(port, "http://cdn.test/");
    expect([answer.status, answer.body.toString()]).toEqual([502, expect.stringContaining("timed out")]);
  });

  it("by accepting and never answering, give 502 after the idle time", async () => {
    const { port } = await start({ idleTimeoutMs: 200 });
    const answer = await ask(port, `http://cdn.test:${outside.webPort}/hangs`);
    expect([answer.status, answer.body.toString()]).toEqual([502, expect.stringContaining("fell silent")]);
  });

  it("by a silent tunnel, are hung up on after the idle time", async () => {
    const { port } = await start({ idleTimeoutMs: 200 });
    const received = await connectThrough(port, `cdn.test:${outside.echoPort}`, "", "never comes");
    expect(received).toMatch(/^HTTP\/1\.1 200 /);
  });

  it("by hanging up before or amid the answer, never leave the client waiting", async () => {
    const { port } = await start();
    expect((await ask(port, `http://cdn.test:${outside.webPort}/hangs-up`)).status).toBe(502);
    await expect(ask(port, `http://cdn.test:${outside.webPort}/breaks-off`)).rejects.toThrow(
      /aborted|ECONNRESET|hang up/,
    );
  });
});

describe("closing", () => {
  it("ends tunnels, exchanges and idle connections at once, on both sides", async () => {
    const { port, close } = await start();
    const idle = connect(port, "127.0.0.1");
    const tunnelled = connect(port, "127.0.0.1");
    const clients = [idle, tunnelled];
    for (const client of clients) client.on("error", () => client.destroy()).resume();
    tunnelled.write(`CONNECT cdn.test:${outside.echoPort} HTTP/1.1\r\nHost: x\r\n\r\n`);
    await once(tunnelled, "data");
    const hanging = ask(port, `http://cdn.test:${outside.webPort}/hangs`).catch((error: Error) => error);
    await until(() => outside.arrived.length === 1, 5_000);

    const started = performance.now();
    await close();
    await close();
    expect(performance.now() - started).toBeLessThan(2_000);
    expect(await hanging).toBeInstanceOf(Error);
    await until(() => clients.every((client) => client.destroyed), 5_000);
    await until(() => openConnections(outside.echo).then((count) => count === 0), 5_000);
    await until(() => openConnections(outside.web).then((count) => count === 0), 5_000);
    await expect(ask(port, "/")).rejects.toThrow("ECONNREFUSED");
  });

  it("follows a client that hangs up: its tunnel's far end is hung up too", async () => {
    const { port } = await start();
    await connectThrough(port, `cdn.test:${outside.echoPort}`);
    await until(() => openConnections(outside.echo).then((count) => count === 0), 5_000);
  });
});

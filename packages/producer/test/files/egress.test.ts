import { afterAll, afterEach, beforeAll, describe, expect, it } from "vitest";

import type { SnapshotServerOptions } from "../../src/files/serve-snapshot.ts";
import { connectThrough, type Outside, startOutside, startProxy } from "./egress-fixture.ts";
import { ask, type Fixture, startFixture } from "./snapshot-fixture.ts";

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

describe("requests to allowed hosts", () => {
  it("reach them by http, without the headers that end at a hop", async () => {
    const { port, hosts, refused } = await start();
    const answer = await ask(port, `http://cdn.test:${outside.webPort}/file?x=%20`, {
      headers: {
        Host: "wrong.test",
        "Proxy-Connection": "keep-alive",
        Connection: "X-Mine",
        "X-Mine": "1",
        "X-End": "1",
      },
    });
    expect([answer.status, answer.body.toString()]).toEqual([200, "from outside"]);
    expect(answer.headers["x-kept"]).toBe("1");
    expect(answer.headers["x-hop"]).toBeUndefined();
    expect(answer.headers["set-cookie"]).toEqual(["a=1", "b=2"]);
    const { headers } = outside.arrived[0]!.request;
    expect(headers.host).toBe(`cdn.test:${outside.webPort}`);
    expect([headers["x-end"], headers["x-mine"], headers["proxy-connection"]]).toEqual([
      "1",
      undefined,
      undefined,
    ]);
    expect(hosts()).toEqual(["cdn.test"]);
    expect(refused()).toEqual([]);
  });

  it("carry their body, of known or unknown length", async () => {
    const { port } = await start();
    const url = `http://cdn.test:${outside.webPort}/file?x=%20`;
    await ask(port, url, { method: "POST", body: "counted", headers: { "Content-Length": "7" } });
    await ask(port, url, { method: "POST", body: "chunked", headers: { "Transfer-Encoding": "chunked" } });
    await ask(port, url, { method: "GET", body: "odd", headers: { "Transfer-Encoding": "chunked" } });
    expect(outside.arrived.map(({ body }) => body)).toEqual(["counted", "chunked", "odd"]);
  });

  it("reach them through a tunnel, both ways, with what was sent along with CONNECT", async () => {
    const { port, hosts } = await start();
    const received = await connectThrough(port, `cdn.test:${outside.echoPort}`, "early bytes", "early bytes");
    expect(received).toBe("HTTP/1.1 200 Connection Established\r\n\r\nearly bytes");
    expect(hosts()).toEqual(["cdn.test"]);
  });

  it("are resolved once, and connected to the address that was checked", async () => {
    let lookups = 0;
    const { port } = await start({
      // The second answer would lead elsewhere, as under DNS rebinding.
      resolve: async () => (lookups++ === 0 ? ["127.0.0.1"] : ["10.0.0.1"]),
    });
    expect((await ask(port, `http://cdn.test:${outside.webPort}/file?x=%20`)).status).toBe(200);
    expect(lookups).toBe(1);
    expect((await ask(port, `http://cdn.test:${outside.webPort}/file?x=%20`)).status).toBe(403);
  });

  it("go to another of the addresses when one does not answer", async () => {
    // Loopback addresses other than the first: nothing listens on them.
    const { port } = await start({
      resolve: async () => ["127.0.0.9", "127.0.0.1"],
      isPublicAddress: (address) => address.startsWith("127.0.0."),
    });
    expect((await ask(port, `http://cdn.test:${outside.webPort}/file?x=%20`)).status).toBe(200);
  });
});

describe("requests that are not let out", () => {
  it.each([
    "http://other.test/x",
    "http://sub.cdn.test/",
    "http://cdn.test:8080/",
    "http://127.0.0.1/",
    "http://0x7f000001/",
    "http://2130706433/",
    "http://017700000001/",
    "http://[::1]/",
    "http://[::ffff:127.0.0.1]/",
    "http://169.254.169.254/latest/meta-data/",
  ])("are those to other hosts: %s", async (url) => {
    const { port, refused } = await start();
    const answer = await ask(port, url);
    expect(answer.status).toBe(403);
    expect(answer.body.toString()).toContain("PRODUCER_ALLOWED_HOSTS");
    const { hostname } = new URL(url);
    expect(answer.body.toString()).toContain(hostname.replace(/^\[|\]$/g, ""));
    expect(refused()).toHaveLength(1);
  });

  it.each([
    "other.test:443",
    "cdn.test:22",
    "cdn.test:8443",
    "composition.localhost:443",
    "0x7f000001:443",
    "[::1]:443",
  ])("are tunnels to other hosts or ports: %s", async (authority) => {
    const { port, refused } = await start();
    const answer = await connectThrough(port, authority);
    expect(answer).toMatch(/^HTTP\/1\.1 403 Forbidden\r\n/);
    expect(answer).toContain("PRODUCER_ALLOWED_HOSTS");
    expect(refused()[0]?.target).toBe(authority);
  });

  it.each(["no-port", "a:b", ":443", "a:0", "a:70000", "user@cdn.test:443", "cdn.test:443/x"])(
    "are tunnels to what is no host and port: %s",
    async (authority) => {
      const { port } = await start();
      expect(await connectThrough(port, authority)).toMatch(/^HTTP\/1\.1 400 /);
    },
  );

  it.each([
    [["127.0.0.1"]],
    [["10.0.0.1"]],
    [["169.254.169.254"]],
    [["::1"]],
    [["::ffff:10.0.0.1"]],
    [["64:ff9b::a00:1"]],
    [["8.8.8.8", "192.168.0.1"]],
    [["0x7f000001"]],
  ])("are those to an allowed name with an address that is not public: %j", async (addresses) => {
    fixture = await startFixture({ allowedHosts: ["cdn.test"], resolve: async () => addresses });
    const plain = await ask(fixture.server.port, "http://cdn.test/");
    expect(plain.status).toBe(403);
    expect(plain.body.toString()).toContain("cdn.test has an address that is not public");
    for (const address of addresses) expect(plain.body.toString()).not.toContain(address);
    expect(await connectThrough(fixture.server.port, "cdn.test:443")).toMatch(/^HTTP\/1\.1 403 /);
    expect(fixture.server.refused().map(({ target }) => target)).toEqual([
      "http://cdn.test/",
      "cdn.test:443",
    ]);
  });

  it.each(["127.0.0.1", "0x7f000001", "2130706433", "017700000001", "127.1", "[::1]", "[::ffff:7f00:1]"])(
    "are those to a listed address that is not public, however it is written: %s",
    async (host) => {
      fixture = await startFixture({ allowedHosts: ["127.0.0.1", "[::1]", "[::ffff:7f00:1]"] });
      const plain = await ask(fixture.server.port, `http://${host}/`);
      expect([plain.status, plain.body.toString()]).toEqual([403, expect.stringContaining("not public")]);
      expect(await connectThrough(fixture.server.port, `${host}:443`)).toContain("not public");
    },
  );

  it.each(["127.0.0.1", "[::1]", "localhost", "app.localhost"])(
    "are those to %s, and not for want of being listed",
    async (host) => {
      fixture = await startFixture({ allowedHosts: [] });
      expect((await ask(fixture.server.port, `http://${host}/`)).body.toString()).toContain("not public");
      expect(fixture.server.refused()).toMatchObject([{ why: "not-public" }]);
    },
  );

  it("are redirects inward: they come back to the proxy and are judged again", async () => {
    const { port, refused } = await start();
    const first = await ask(port, `http://cdn.test:${outside.webPort}/inward`);
    expect(first.status).toBe(302);
    const second = await ask(port, first.headers.location ?? "");
    expect(second.status).toBe(403);
    expect(refused().map(({ target }) => target)).toEqual(["http://10.0.0.1/metadata"]);
  });

  it("are other schemes", async () => {
    const { port } = await start();
    for (const url of ["https://cdn.test/", "ftp://cdn.test/", "file:///etc/hostname"])
      expect((await ask(port, url)).status).toBe(400);
    expect((await ask(port, "*", { method: "OPTIONS" })).status).toBe(421);
  });

  it("are listed up to a bound, the same one once", async () => {
    const { port, hosts, refused } = await start();
    for (let index = 0; index < 60; index++) await ask(port, `http://h${index % 55}.test/${"x".repeat(500)}`);
    expect(refused()).toHaveLength(50);
    expect(Math.max(...refused().map(({ target }) => target.length))).toBeLessThanOrEqual(300);
    expect(hosts()).toHaveLength(55);
  });
});

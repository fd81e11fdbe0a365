import { once } from "node:events";
import { createServer, type IncomingMessage, type Server } from "node:http";
import {
  type AddressInfo,
  connect,
  createServer as createTcpServer,
  type Server as TcpServer,
} from "node:net";

import { afterAll, afterEach, beforeAll, describe, expect, it } from "vitest";

import type { SnapshotServerOptions } from "../../src/files/serve-snapshot.ts";
import { ask, type Fixture, startFixture, until } from "./snapshot-fixture.ts";

/** A host of the outside world, on the loopback. */
let outside: Server;
let outsidePort: number;
let arrived: { request: IncomingMessage; body: string }[] = [];
let echo: TcpServer;
let echoPort: number;
let fixture: Fixture | undefined;

beforeAll(async () => {
  outside = createServer((request, response) => {
    let body = "";
    request.on("data", (chunk: Buffer) => (body += chunk.toString()));
    request.on("end", () => {
      arrived.push({ request, body });
      answers[request.url ?? ""]?.(response);
    });
  });
  const answers: Record<string, (response: import("node:http").ServerResponse) => void> = {
    "/file?x=%20": (response) => {
      response.writeHead(200, {
        Connection: "close, X-Hop",
        "X-Hop": "1",
        "X-Kept": "1",
        "Set-Cookie": ["a=1", "b=2"],
      });
      response.end("from outside");
    },
    "/inward": (response) => void response.writeHead(302, { Location: "http://10.0.0.1/metadata" }).end(),
    "/hangs": () => undefined,
    "/breaks-off": (response) => {
      response.writeHead(200, { "Content-Length": "100" });
      response.write("half");
      setTimeout(() => response.destroy(), 50);
    },
    "/hangs-up": (response) => void response.destroy(),
  };
  outsidePort = await listen(outside);
  echo = createTcpServer((socket) => {
    socket.on("error", () => socket.destroy());
    socket.pipe(socket);
  });
  echoPort = await listen(echo);
});
afterEach(async () => {
  await fixture?.close();
  fixture = undefined;
  arrived = [];
});
afterAll(() => {
  outside.close();
  outside.closeAllConnections();
  echo.close();
});

async function listen(server: Server | TcpServer): Promise<number> {
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  return (server.address() as AddressInfo).port;
}

/** A proxy for which `cdn.test` is a public host that lives on this machine. */
async function startProxy(options: Partial<SnapshotServerOptions> = {}) {
  fixture = await startFixture({
    allowedHosts: [`cdn.test:${outsidePort}`, `cdn.test:${echoPort}`, "cdn.test:1", "cdn.test"],
    resolve: async () => ["127.0.0.1"],
    isPublicAddress: (address) => address === "127.0.0.1",
    ...options,
  });
  return fixture.server;
}

/** Sends CONNECT by hand and gives what comes back, until the connection ends or `enough`. */
async function connectThrough(
  port: number,
  authority: string,
  then = "",
  enough = "\r\n\r\n",
): Promise<string> {
  const socket = connect(port, "127.0.0.1");
  socket.setTimeout(10_000, () => socket.destroy(new Error("no answer")));
  socket.write(`CONNECT ${authority} HTTP/1.1\r\nHost: ${authority}\r\n\r\n${then}`);
  let received = "";
  for await (const chunk of socket) {
    received += String(chunk);
    if (received.startsWith("HTTP/1.1 200") && received.includes(enough)) break;
  }
  socket.destroy();
  return received;
}

describe("requests to allowed hosts", () => {
  it("reach them by http, without the headers that end at a hop", async () => {
    const { port, hosts, refused } = await startProxy();
    const answer = await ask(port, `http://cdn.test:${outsidePort}/file?x=%20`, {
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
    const { headers } = arrived[0]!.request;
    expect(headers.host).toBe(`cdn.test:${outsidePort}`);
    expect([headers["x-end"], headers["x-mine"], headers["proxy-connection"]]).toEqual([
      "1",
      undefined,
      undefined,
    ]);
    expect(hosts()).toEqual(["cdn.test"]);
    expect(refused()).toEqual([]);
  });

  it("carry their body, of known or unknown length", async () => {
    const { port } = await startProxy();
    const url = `http://cdn.test:${outsidePort}/file?x=%20`;
    await ask(port, url, { method: "POST", body: "counted", headers: { "Content-Length": "7" } });
    await ask(port, url, { method: "POST", body: "chunked", headers: { "Transfer-Encoding": "chunked" } });
    await ask(port, url, { method: "GET", body: "odd", headers: { "Transfer-Encoding": "chunked" } });
    expect(arrived.map(({ body }) => body)).toEqual(["counted", "chunked", "odd"]);
  });

  it("reach them through a tunnel, both ways, with what was sent along with CONNECT", async () => {
    const { port, hosts } = await startProxy();
    const received = await connectThrough(port, `cdn.test:${echoPort}`, "early bytes", "early bytes");
    expect(received).toBe("HTTP/1.1 200 Connection Established\r\n\r\nearly bytes");
    expect(hosts()).toEqual(["cdn.test"]);
  });

  it("are resolved once, and connected to the address that was checked", async () => {
    let lookups = 0;
    const { port } = await startProxy({
      // The second answer would lead elsewhere, as under DNS rebinding.
      resolve: async () => (lookups++ === 0 ? ["127.0.0.1"] : ["10.0.0.1"]),
    });
    expect((await ask(port, `http://cdn.test:${outsidePort}/file?x=%20`)).status).toBe(200);
    expect(lookups).toBe(1);
    expect((await ask(port, `http://cdn.test:${outsidePort}/file?x=%20`)).status).toBe(403);
  });

  it("go to another of the addresses when one does not answer", async () => {
    // Loopback addresses other than the first: nothing listens on them.
    const { port } = await startProxy({
      resolve: async () => ["127.0.0.9", "127.0.0.1"],
      isPublicAddress: (address) => address.startsWith("127.0.0."),
    });
    expect((await ask(port, `http://cdn.test:${outsidePort}/file?x=%20`)).status).toBe(200);
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
    const { port, refused } = await startProxy();
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
    const { port, refused } = await startProxy();
    const answer = await connectThrough(port, authority);
    expect(answer).toMatch(/^HTTP\/1\.1 403 Forbidden\r\n/);
    expect(answer).toContain("PRODUCER_ALLOWED_HOSTS");
    expect(refused()[0]?.target).toBe(authority);
  });

  it.each(["no-port", "a:b", ":443", "a:0", "a:70000", "user@cdn.test:443", "cdn.test:443/x"])(
    "are tunnels to what is no host and port: %s",
    async (authority) => {
      const { port } = await startProxy();
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

  it("are redirects inward: they come back to the proxy and are judged again", async () => {
    const { port, refused } = await startProxy();
    const first = await ask(port, `http://cdn.test:${outsidePort}/inward`);
    expect(first.status).toBe(302);
    const second = await ask(port, first.headers.location ?? "");
    expect(second.status).toBe(403);
    expect(refused().map(({ target }) => target)).toEqual(["http://10.0.0.1/metadata"]);
  });

  it("are other schemes", async () => {
    const { port } = await startProxy();
    for (const url of ["https://cdn.test/", "ftp://cdn.test/", "file:///etc/hostname"])
      expect((await ask(port, url)).status).toBe(400);
    expect((await ask(port, "*", { method: "OPTIONS" })).status).toBe(421);
  });

  it("are listed up to a bound, the same one once", async () => {
    const { port, hosts, refused } = await startProxy();
    for (let index = 0; index < 60; index++) await ask(port, `http://h${index % 55}.test/${"x".repeat(500)}`);
    expect(refused()).toHaveLength(50);
    expect(Math.max(...refused().map(({ target }) => target.length))).toBeLessThanOrEqual(300);
    expect(hosts()).toHaveLength(55);
  });
});

describe("hosts that fail", () => {
  it("by having no address, or refusing the connection, give 502", async () => {
    const { port, refused } = await startProxy({
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
    const { port } = await startProxy({ resolve: () => new Promise(() => undefined), connectTimeoutMs: 100 });
    const answer = await ask(port, "http://cdn.test/");
    expect([answer.status, answer.body.toString()]).toEqual([502, expect.stringContaining("timed out")]);
  });

  it("by accepting and never answering, give 502 after the idle time", async () => {
    const { port } = await startProxy({ idleTimeoutMs: 200 });
    const answer = await ask(port, `http://cdn.test:${outsidePort}/hangs`);
    expect([answer.status, answer.body.toString()]).toEqual([502, expect.stringContaining("fell silent")]);
  });

  it("by a silent tunnel, are hung up on after the idle time", async () => {
    const { port } = await startProxy({ idleTimeoutMs: 200 });
    const received = await connectThrough(port, `cdn.test:${echoPort}`, "", "never comes");
    expect(received).toMatch(/^HTTP\/1\.1 200 /);
  });

  it("by hanging up before or amid the answer, never leave the client waiting", async () => {
    const { port } = await startProxy();
    expect((await ask(port, `http://cdn.test:${outsidePort}/hangs-up`)).status).toBe(502);
    await expect(ask(port, `http://cdn.test:${outsidePort}/breaks-off`)).rejects.toThrow(
      /aborted|ECONNRESET|hang up/,
    );
  });
});

describe("closing", () => {
  it("ends tunnels, exchanges and idle connections at once, on both sides", async () => {
    const { port, close } = await startProxy();
    const idle = connect(port, "127.0.0.1");
    const tunnelled = connect(port, "127.0.0.1");
    const clients = [idle, tunnelled];
    for (const client of clients) client.on("error", () => client.destroy()).resume();
    tunnelled.write(`CONNECT cdn.test:${echoPort} HTTP/1.1\r\nHost: x\r\n\r\n`);
    await once(tunnelled, "data");
    const hanging = ask(port, `http://cdn.test:${outsidePort}/hangs`).catch((error: Error) => error);
    await until(() => arrived.length === 1, 5_000);

    const started = performance.now();
    await close();
    await close();
    expect(performance.now() - started).toBeLessThan(2_000);
    expect(await hanging).toBeInstanceOf(Error);
    await until(() => clients.every((client) => client.destroyed), 5_000);
    await until(() => openConnections(echo).then((count) => count === 0), 5_000);
    await until(() => openConnections(outside).then((count) => count === 0), 5_000);
    await expect(ask(port, "/")).rejects.toThrow("ECONNREFUSED");
  });

  it("follows a client that hangs up: its tunnel's far end is hung up too", async () => {
    const { port } = await startProxy();
    await connectThrough(port, `cdn.test:${echoPort}`);
    await until(() => openConnections(echo).then((count) => count === 0), 5_000);
  });
});

function openConnections(server: Server | TcpServer): Promise<number> {
  return new Promise((resolve, reject) =>
    server.getConnections((error, count) => (error ? reject(error) : resolve(count))),
  );
}

import { createServer, type AddressInfo } from "node:net";

import { describe, expect, it } from "vitest";

import { createGuard, type Resolve } from "../../src/outgoing/guard.ts";
import { guardedAgents } from "../../src/outgoing/guarded-agents.ts";
import { guardedFetch } from "../../src/outgoing/guarded-fetch.ts";
import { startReceiver } from "./http-receiver.ts";

const REQUEST = { method: "POST", headers: { "x-a": "1" }, body: "hello" } as const;

const NO_LOOKUP: Resolve = (host) => {
  throw new Error(`${host} was looked up`);
};

const answering =
  (...addresses: readonly string[]): Resolve =>
  (_host, found) =>
    queueMicrotask(() =>
      found(
        null,
        addresses.map((address) => ({ address, family: address.includes(":") ? 6 : 4 })),
      ),
    );

interface Options {
  readonly hosts?: readonly string[];
  readonly resolve?: Resolve;
  readonly timeoutMs?: number;
  readonly signal?: AbortSignal;
}

async function post(url: string, options: Options = {}): Promise<number> {
  const { hosts = [], resolve, timeoutMs = 5000, signal = new AbortController().signal } = options;
  const agents = guardedAgents(createGuard(hosts, resolve));
  return guardedFetch(new URL(url), REQUEST, { agents, timeoutMs, signal });
}

async function codeOf(answer: Promise<unknown>): Promise<unknown> {
  const error: unknown = await answer.then(
    (status) => new Error(`answered ${String(status)}`),
    (reason: unknown) => reason,
  );
  if (!(error instanceof Error)) throw new Error("rejected without an error", { cause: error });
  return "code" in error ? error.code : error.message;
}

/** One of each kind of address that is not on the public internet. */
const NOT_PUBLIC = [
  "0.0.0.0",
  "10.1.2.3",
  "100.64.0.1",
  "127.0.0.1",
  "169.254.169.254",
  "172.16.0.1",
  "192.168.1.1",
  "198.18.0.1",
  "224.0.0.1",
  "255.255.255.255",
  "::",
  "::1",
  "::ffff:127.0.0.1",
  "::ffff:10.0.0.1",
  "64:ff9b::7f00:1",
  "2002:7f00:1::",
  "fc00::1",
  "fe80::1",
  "ff02::1",
];

describe("an address that is not public", () => {
  it.each(NOT_PUBLIC)("%s is refused in a URL, by http and by https", async (address) => {
    const host = address.includes(":") ? `[${address}]` : address;
    for (const scheme of ["http", "https"]) {
      expect(await codeOf(post(`${scheme}://${host}/`, { resolve: NO_LOOKUP }))).toBe("address-not-allowed");
    }
  });

  it.each(["0x7f000001", "2130706433", "0177.0.0.1", "127.1", "localhost", "a.localhost", "LOCALHOST."])(
    "%s is refused, however it is written",
    async (host) => {
      expect(await codeOf(post(`http://${host}/`, { resolve: NO_LOOKUP }))).toBe("address-not-allowed");
    },
  );

  it.each(NOT_PUBLIC)(
    "%s is refused when a name resolves to it, alone or beside a public one",
    async (address) => {
      for (const resolve of [answering(address), answering("1.1.1.1", address)]) {
        for (const scheme of ["http", "https"]) {
          expect(await codeOf(post(`${scheme}://hook.test/`, { resolve }))).toBe("address-not-allowed");
        }
      }
    },
  );

  it("is refused when a name that was public at first resolves to it later", async () => {
    await using inner = await startReceiver((_request, response) => response.end());
    const lookups = ["1.1.1.1", "127.0.0.1"];
    const guard = createGuard([], (host, found) => answering(lookups.shift() ?? "127.0.0.1")(host, found));
    const first = Promise.withResolvers<readonly string[]>();
    guard.resolve("hook.test", inner.port, (_error, found) =>
      first.resolve(found.map(({ address }) => address)),
    );
    expect(await first.promise).toEqual(["1.1.1.1"]);
    const url = new URL(`http://hook.test:${inner.port}/`);
    const options = { agents: guardedAgents(guard), timeoutMs: 5000, signal: new AbortController().signal };
    expect(await codeOf(guardedFetch(url, REQUEST, options))).toBe("address-not-allowed");
    expect(inner.connections()).toBe(0);
  });
});

describe("a listed host", () => {
  it("may have a private address, on its listed port only", async () => {
    await using inner = await startReceiver((_request, response) => response.writeHead(204).end());
    const resolve = answering("127.0.0.1");
    const url = `http://hook.test:${inner.port}/path?q`;
    expect(await codeOf(post(url, { hosts: ["hook.test"], resolve }))).toBe("address-not-allowed");
    expect(inner.connections()).toBe(0);
    expect(await post(url, { hosts: [`hook.test:${inner.port}`], resolve })).toBe(204);
    expect(inner.received).toMatchObject([
      { path: "/path?q", body: "hello", headers: { host: `hook.test:${inner.port}`, "x-a": "1" } },
    ]);
    expect(await post(inner.url, { hosts: [`127.0.0.1:${inner.port}`] })).toBe(204);
  });

  it("is looked up once: what is connected to is what was checked", async () => {
    await using checked = await startReceiver((_request, response) => response.writeHead(204).end());
    const lookups: string[] = [];
    const resolve: Resolve = (host, found) => {
      lookups.push(host);
      answering(lookups.length === 1 ? "127.0.0.1" : "127.0.0.2")(host, found);
    };
    const hosts = [`hook.test:${checked.port}`];
    expect(await post(`http://hook.test:${checked.port}/`, { hosts, resolve })).toBe(204);
    expect(lookups).toEqual(["hook.test"]);
  });

  it("is spoken to by TLS where its URL says so", async () => {
    const first = Promise.withResolvers<number | undefined>();
    const server = createServer((socket) => {
      socket.on("error", () => undefined);
      socket.once("data", (data) => {
        first.resolve(data[0]);
        socket.destroy();
      });
    });
    await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
    const { port } = server.address() as AddressInfo;
    try {
      const options = { hosts: [`hook.test:${port}`], resolve: answering("127.0.0.1") };
      expect(await codeOf(post(`https://hook.test:${port}/`, options))).toBe("ECONNRESET");
      // The first byte of a TLS handshake.
      expect(await first.promise).toBe(0x16);
    } finally {
      server.close();
    }
  });
});

it("a redirect is an answer, and is not followed", async () => {
  await using inner = await startReceiver((_request, response) => response.end());
  await using outer = await startReceiver((_request, response) =>
    response.writeHead(307, { location: inner.url }).end(),
  );
  expect(await post(outer.url, { hosts: [`127.0.0.1:${outer.port}`, `127.0.0.1:${inner.port}`] })).toBe(307);
  expect(inner.connections()).toBe(0);
});

describe("a receiver that misbehaves", () => {
  it("and never answers ends at the deadline, with its connection", async () => {
    const closed = Promise.withResolvers<void>();
    await using slow = await startReceiver((_request, response) =>
      response.once("close", () => closed.resolve()),
    );
    const startedAt = performance.now();
    const hosts = [`127.0.0.1:${slow.port}`];
    expect(await codeOf(post(slow.url, { hosts, timeoutMs: 300 }))).toBe("timeout");
    expect(performance.now() - startedAt).toBeLessThan(2000);
    await closed.promise;
  });

  it("and whose name is never looked up ends at the deadline", async () => {
    expect(await codeOf(post("http://hook.test/", { resolve: () => undefined, timeoutMs: 200 }))).toBe(
      "timeout",
    );
  });

  it("and hangs up is a failure with the system's code", async () => {
    await using rude = await startReceiver((_request, response) => response.destroy());
    expect(await codeOf(post(rude.url, { hosts: [`127.0.0.1:${rude.port}`] }))).toBe("ECONNRESET");
  });

  it("and changes the protocol is a failure at once: nobody waits for an answer that cannot come", async () => {
    const server = createServer((socket) => {
      socket.on("error", () => undefined);
      socket.once("data", () =>
        socket.end("HTTP/1.1 101 Switching Protocols\r\nConnection: upgrade\r\nUpgrade: other\r\n\r\n"),
      );
    });
    await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
    const { port } = server.address() as AddressInfo;
    try {
      expect(await codeOf(post(`http://127.0.0.1:${port}/`, { hosts: [`127.0.0.1:${port}`] }))).toBe(
        "ECONNRESET",
      );
    } finally {
      server.close();
    }
  });

  it("and hangs up after its status has said what it has to say", async () => {
    await using rude = await startReceiver((_request, response) => {
      response.writeHead(200, { "content-length": "100" }).write("half");
      setTimeout(() => response.destroy(), 50);
    });
    expect(await post(rude.url, { hosts: [`127.0.0.1:${rude.port}`] })).toBe(200);
  });

  it("and never stops sending is cut, and is read no further", async () => {
    let bytesSent = 0;
    const closed = Promise.withResolvers<void>();
    await using flood = await startReceiver((_request, response) => {
      response.once("close", () => closed.resolve());
      const chunk = Buffer.alloc(16 * 1024);
      const more = () => {
        while (!response.destroyed && response.write(chunk)) bytesSent += chunk.length;
      };
      response.on("drain", more);
      more();
    });
    expect(await post(flood.url, { hosts: [`127.0.0.1:${flood.port}`], timeoutMs: 5000 })).toBe(200);
    await closed.promise;
    // What the sockets' buffers hold comes on top of what is read.
    expect(bytesSent).toBeLessThan(16 * 1024 * 1024);
  });

  it("and listens no more is a failure with the system's code", async () => {
    const receiver = await startReceiver(() => undefined);
    await receiver[Symbol.asyncDispose]();
    expect(await codeOf(post(receiver.url, { hosts: [`127.0.0.1:${receiver.port}`] }))).toBe("ECONNREFUSED");
  });
});

it("an abort ends it with the signal's own reason", async () => {
  await using slow = await startReceiver(() => undefined);
  const reason = new Error("no longer wanted");
  const abort = new AbortController();
  const sent = post(slow.url, { hosts: [`127.0.0.1:${slow.port}`], signal: abort.signal });
  await expect.poll(() => slow.received.length, { timeout: 5000 }).toBe(1);
  abort.abort(reason);
  await expect(sent).rejects.toBe(reason);
  await expect(post(slow.url, { signal: abort.signal })).rejects.toBe(reason);
});

import { connect, createServer, type Socket } from "node:net";
import { setTimeout as sleep } from "node:timers/promises";

import { afterEach, expect, it } from "vitest";

import { type RunningServer, startServer } from "../../src/http/server.ts";
import { eventually } from "./start-app.ts";

const servers: RunningServer[] = [];
const sockets: Socket[] = [];
afterEach(async () => {
  for (const socket of sockets.splice(0)) socket.destroy();
  await Promise.all(servers.splice(0).map((server) => server.close(0)));
});

async function start(fetch: (request: Request) => Response | Promise<Response>): Promise<RunningServer> {
  const server = await startServer({ fetch, host: "127.0.0.1", port: 0 });
  servers.push(server);
  return server;
}

function dial(port: number): Socket & { text: string } {
  const socket = Object.assign(connect(port, "127.0.0.1"), { text: "" });
  socket.on("data", (data) => (socket.text += data.toString()));
  socket.on("error", () => undefined);
  sockets.push(socket);
  return socket;
}

it("listens on a free port and closes at once while nothing is open", async () => {
  const server = await start(() => new Response("ok"));
  expect(await (await fetch(server.url)).text()).toBe("ok");
  const startedAt = performance.now();
  await server.close(10_000);
  await server.close(10_000);
  expect(performance.now() - startedAt).toBeLessThan(2000);
  await expect(fetch(server.url)).rejects.toThrow();
});

it("rejects when the port is taken", async () => {
  const taken = createServer().listen(0, "127.0.0.1");
  await new Promise((resolve) => taken.once("listening", resolve));
  const address = taken.address();
  const port = typeof address === "object" && address ? address.port : 0;
  await expect(startServer({ fetch: () => new Response(), host: "127.0.0.1", port })).rejects.toMatchObject({
    code: "EADDRINUSE",
  });
  taken.close();
});

it("lets an open request end within its grace", async () => {
  const server = await start(async () => {
    await sleep(300);
    return new Response("late");
  });
  const pending = fetch(server.url);
  await sleep(100);
  const startedAt = performance.now();
  const closing = server.close(10_000);
  expect(await (await pending).text()).toBe("late");
  await closing;
  expect(performance.now() - startedAt).toBeLessThan(3000);
});

it("cuts what is still open after its grace: streams, silent and half-open connections", async () => {
  const server = await start(
    () => new Response(new ReadableStream({ pull: () => new Promise(() => undefined) })),
  );
  const response = await fetch(server.url);
  const silent = dial(server.port);
  const half = dial(server.port);
  half.write("POST / HTTP/1.1\r\nhost: x\r\ncontent-length: 10\r\n\r\nabc");
  await sleep(100);
  const startedAt = performance.now();
  await server.close(300);
  expect(performance.now() - startedAt).toBeLessThan(3000);
  await expect(response.text()).rejects.toThrow();
  await eventually(() => silent.destroyed && half.destroyed, "both connections closed");
});

it("closes a connection whose head does not arrive, and keeps one whose body takes longer", async () => {
  const server = await start(async (request) => new Response(await request.text()));
  const slow = dial(server.port);
  const head = dial(server.port);
  head.write("GET / HTTP/1.1\r\nhost:");
  const silent = dial(server.port);
  slow.write("POST / HTTP/1.1\r\nhost: x\r\ncontent-length: 2\r\n\r\na");
  const startedAt = performance.now();
  while ((!head.destroyed || !silent.destroyed) && performance.now() - startedAt < 15_000) await sleep(50);
  expect(head.destroyed).toBe(true);
  expect(silent.destroyed).toBe(true);
  expect(slow.destroyed).toBe(false);
  slow.write("b");
  await eventually(() => slow.text.endsWith("ab"), "the answer");
}, 20_000);

it.each(["GET /\\a HTTP/1.1\r\nhost: x", "GET / HTTP/1.1\r\nhost: a b/c?d"])(
  "answers a problem to %j",
  async (head) => {
    const server = await start(() => new Response("reached"));
    const socket = dial(server.port);
    socket.write(`${head}\r\n\r\n`);
    await eventually(() => socket.text.includes("invalid-request"), "the refusal");
    expect(socket.text).toMatch(/^HTTP\/1.1 400/);
  },
);

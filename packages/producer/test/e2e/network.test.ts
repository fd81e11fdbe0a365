import { once } from "node:events";
import { createServer, type Server } from "node:net";

import { afterAll, beforeAll, expect, test } from "vitest";

import { renderToFile } from "./api.ts";
import { type Folder, openFolder } from "./machine.ts";
import { page } from "./pages.ts";
import { startTestProducer, type TestProducer } from "./producer.ts";

let folder: Folder;
const connections: string[] = [];
const listeners: Server[] = [];

/** A listener that remembers who came; null where the machine lacks the address. */
async function listen(host: string): Promise<number | null> {
  const server = createServer((socket) => {
    connections.push(`${host} from ${socket.remotePort}`);
    socket.end("HTTP/1.1 200 OK\r\ncontent-length: 0\r\n\r\n");
  });
  server.listen(0, host);
  const outcome = await Promise.race([
    once(server, "listening").then(() => "listening" as const),
    once(server, "error").then(() => "refused" as const),
  ]);
  if (outcome === "refused") return null;
  listeners.push(server);
  const address = server.address();
  return typeof address === "object" && address ? address.port : null;
}

beforeAll(async () => {
  folder = await openFolder();
});
afterAll(async () => {
  for (const server of listeners) server.close();
  await folder[Symbol.asyncDispose]();
});

async function startFor(allowedHosts: string): Promise<TestProducer> {
  return startTestProducer({ PRODUCER_ALLOWED_HOSTS: allowedHosts });
}

test("a request to a host that is not allowed is a warning with a remedy, and the render succeeds", async () => {
  await using service = await startFor("cdn.example.com");
  const html = page({
    head: '<link rel="stylesheet" href="https://styles.example.org/all.css">',
    body: '<img src="http://images.example.org/dot.png">',
  });
  const { render } = await renderToFile(service, { html, fps: 10 }, folder.dir);
  const refused = render.warnings.filter(({ code }) => code === "request-refused");
  expect(refused.map(({ message }) => message).sort()).toEqual([
    expect.stringContaining("http://images.example.org/dot.png"),
    expect.stringContaining("https://styles.example.org/all.css"),
  ]);
  for (const { remedy } of refused)
    expect(remedy).toMatch(/(images|styles)\.example\.org to PRODUCER_ALLOWED_HOSTS/);
  expect(render.plan?.hosts).toEqual(["images.example.org", "styles.example.org"]);
});

test("nothing of this machine is reached, even where the configuration names it", async () => {
  const [v4, v6] = [await listen("127.0.0.1"), await listen("::1")];
  const targets = [
    `http://127.0.0.1:${v4}/a`,
    `http://localhost:${v4}/b`,
    `http://0x7f000001:${v4}/c`,
    `http://127.1:${v4}/d`,
    `http://[::ffff:127.0.0.1]:${v4}/e`,
    `http://0.0.0.0:${v4}/f`,
    `https://127.0.0.1:${v4}/g`,
    ...(v6 === null ? [] : [`http://[::1]:${v6}/h`]),
    "file:///etc/hostname",
  ];
  const sockets = [`ws://127.0.0.1:${v4}/i`];
  const html = page({
    body: [
      ...targets.map((url) => `<img src="${url}">`),
      `<iframe src="http://127.0.0.1:${v4}/frame"></iframe>`,
      '<iframe src="file:///etc/hostname"></iframe>',
    ].join(""),
    script: `const seen = [];
      window.__hf = { duration: 0.5, seek() {}, ready: Promise.allSettled([
        ...${JSON.stringify(targets)}.map(async (url) => { seen.push(await (await fetch(url, { mode: "no-cors" })).text()); }),
        ...${JSON.stringify(sockets)}.map((url) => new Promise((resolve) => {
          const socket = new WebSocket(url);
          socket.onopen = socket.onerror = socket.onclose = resolve;
        })),
      ]) };`,
  });
  await using service = await startFor(`127.0.0.1:${v4},localhost:${v4},[::1]:${v6 ?? 80},0.0.0.0:${v4}`);
  const { render } = await renderToFile(service, { html, fps: 10 }, folder.dir);
  expect(connections).toEqual([]);
  const refused = render.warnings.filter(({ code }) => code === "request-refused");
  expect(refused.length).toBeGreaterThan(3);
  // It is configured already, or would be refused all the same.
  for (const { remedy } of refused) expect(remedy).not.toContain("PRODUCER_ALLOWED_HOSTS");
});

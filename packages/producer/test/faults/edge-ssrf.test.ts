import { once } from "node:events";
import { mkdir, writeFile } from "node:fs/promises";
import { createServer } from "node:http";
import { createServer as createTcpServer, type Server } from "node:net";
import { join } from "node:path";

import { pageHeadHtml, pageScript, probe } from "@framewright/engine";
import { expect, onTestFinished, test } from "vitest";

import { SNAPSHOT_ORIGIN, startSnapshotServer } from "../../src/files/serve-snapshot.ts";
import { plan } from "../e2e/api.ts";
import { machineTools, openFolder } from "../e2e/machine.ts";
import { page } from "../e2e/pages.ts";
import { FROM_SOURCE, startProducerProcess } from "../e2e/producer-process.ts";

const TEST_MS = 60_000;
const FPS = { num: 30, den: 1 };

async function listening(server: Server, host: string): Promise<number> {
  onTestFinished(() => void server.close());
  server.listen(0, host);
  await once(server, "listening");
  const address = server.address();
  if (typeof address !== "object" || address === null) throw new Error("not listening");
  return address.port;
}

/** A listener of this machine that nobody may reach; it remembers who did. */
async function openPrivate(host: string): Promise<{ port: number; reached: string[] }> {
  const reached: string[] = [];
  const server = createTcpServer((socket) => {
    reached.push(`${host} by ${socket.remotePort}`);
    socket.end("HTTP/1.1 200 OK\r\naccess-control-allow-origin: *\r\ncontent-length: 6\r\n\r\nSECRET");
  });
  return { port: await listening(server, host), reached };
}

/** A page that tries every way out but fetch. */
function pageThatEmbeds(urls: readonly string[]): string {
  const links = urls.map(
    (url) => `<link rel="preconnect" href="${url}"><link rel="stylesheet" href="${url}">`,
  );
  const parts = urls.map(
    (url) => `<img src="${url}"><iframe src="${url}"></iframe><script src="${url}"></script>`,
  );
  return page({
    head: links.join(""),
    body: parts.join(""),
    script: `const attempts = [
        (url) => navigator.sendBeacon(url, "x"),
        (url) => new WebSocket(url.replace(/^http/, "ws")),
        (url) => new EventSource(url),
        (url) => open(url),
      ];
      for (const url of ${JSON.stringify(urls)}) for (const attempt of attempts) try { attempt(url); } catch {}`,
  });
}

const ASK = `const ask = (url) =>
  fetch(url).then((answer) => (answer.status === 403 ? "refused" : answer.text()), () => "failed");`;

/** A page that fetches one after the other, and says in an error what came of it. */
function pageThatFetches(urls: readonly string[]): string {
  const script = `${ASK}
    const ready = (async () => {
      const read = [];
      for (const url of ${JSON.stringify(urls)}) read.push(await ask(url));
      return read;
    })();
    ready.then((read) => { throw new Error("read: " + read.join(" ")); });
    window.__hf = { duration: 1, seek() {}, ready };`;
  return page({ duration: null, script });
}

test(
  "E7: a page's requests to this machine and its network are refused, even where the configuration names them",
  { timeout: TEST_MS },
  async () => {
    const [v4, v6] = await Promise.all([openPrivate("127.0.0.1"), openPrivate("::1")]);
    const urls = [
      `http://127.0.0.1:${v4.port}/`,
      `http://0x7f000001:${v4.port}/`,
      `http://2130706433:${v4.port}/`,
      `http://127.1:${v4.port}/`,
      `http://localhost:${v4.port}/`,
      `http://[::ffff:127.0.0.1]:${v4.port}/`,
      `http://[::1]:${v6.port}/`,
      `https://127.0.0.1:${v4.port}/`,
      "http://169.254.169.254/latest/meta-data/",
      "file:///etc/hostname",
      "chrome://version/",
    ];
    await using folder = await openFolder();
    await using service = await startProducerProcess(FROM_SOURCE, folder.dir, {
      PRODUCER_ALLOWED_HOSTS: [
        ...["127.0.0.1", "localhost", "[::ffff:7f00:1]"].map((host) => `${host}:${v4.port}`),
        `[::1]:${v6.port}`,
        "169.254.169.254",
      ].join(","),
    });
    const fetched = await plan(service, { html: pageThatFetches(urls) });
    const embedded = await plan(service, { html: pageThatEmbeds(urls) });
    expect([fetched.problem, embedded.problem]).toEqual([null, null]);
    const told = JSON.stringify([fetched, embedded]);
    expect(told).toMatch(/read:( (failed|refused)){11}/);
    expect(told).not.toContain("SECRET");
    expect([...v4.reached, ...v6.reached]).toEqual([]);
    const warnings = embedded.plan?.warnings.filter(({ code }) => code === "request-refused") ?? [];
    const refused = warnings.map(({ message }) => message).join();
    for (const host of ["127.0.0.1", "[::1]", "169.254.169.254"]) expect(refused).toContain(host);
  },
);

test(
  "E7: a redirect inward, and a name whose address changes, are refused by the address",
  { timeout: TEST_MS },
  async () => {
    const inside = await openPrivate("127.0.0.1");
    const targets = [
      `http://127.0.0.1:${inside.port}/`,
      `http://inside.test:${inside.port}/`,
      "http://169.254.169.254/",
      "file:///etc/hostname",
      "chrome://version/",
    ];
    // 127.0.0.2 stands for the internet here, and every other address is what it is.
    const outside = createServer((request, response) => {
      const target = targets[Number(request.url?.slice(1))];
      response.setHeader("access-control-allow-origin", "*");
      if (target === undefined) response.end("outside");
      else response.writeHead(302, { location: target }).end();
    });
    const port = await listening(outside, "127.0.0.2");
    const lookups: string[] = [];
    await using folder = await openFolder();
    const root = join(folder.dir, "snapshot");
    const scratchDir = join(folder.dir, "scratch");
    await Promise.all([mkdir(root), mkdir(scratchDir)]);
    const urls = [
      ...targets.map((_, index) => `http://cdn.test:${port}/${index}`),
      `http://rebinds.test:${port}/outside`,
      `http://rebinds.test:${port}/outside-again`,
    ];
    await writeFile(join(root, "index.html"), pageThatFetches(urls));
    const injected = await pageScript({ variables: {}, fps: FPS });
    const server = await startSnapshotServer({
      root,
      headHtml: pageHeadHtml(injected),
      allowedHosts: [`cdn.test:${port}`, `rebinds.test:${port}`, `inside.test:${inside.port}`],
      isPublicAddress: (address) => address === "127.0.0.2",
      resolve: async (host) => {
        lookups.push(host);
        if (host === "inside.test") return ["127.0.0.1"];
        const seenBefore = lookups.filter((name) => name === host).length > 1;
        return [host === "rebinds.test" && seenBefore ? "127.0.0.1" : "127.0.0.2"];
      },
    });
    try {
      const source = {
        url: `${SNAPSHOT_ORIGIN}/index.html`,
        proxyPort: server.port,
        script: injected,
        readyTimeoutMs: 20_000,
        frameTimeoutMs: 20_000,
      };
      const tools = await machineTools({}, scratchDir);
      const { uncaught } = await probe(source, { tools, scratchDir, signal: AbortSignal.timeout(TEST_MS) });
      expect(uncaught.map(({ text }) => text).join()).toMatch(
        /read:( (failed|refused)){5} outside (failed|refused)/,
      );
      expect(inside.reached).toEqual([]);
      // Each request is judged by an answer of its own: what was looked up is what is connected to.
      expect(lookups.filter((host) => host === "rebinds.test")).toHaveLength(2);
    } finally {
      await server.close();
    }
  },
);

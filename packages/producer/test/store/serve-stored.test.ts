import { once } from "node:events";
import { type AddressInfo, connect } from "node:net";

import { serve } from "@hono/node-server";
import { afterAll, beforeAll, describe, expect, it, vi } from "vitest";

import { serveStored, type ServedFile } from "../../src/store/serve-stored.ts";
import { openFilesBelow } from "../snapshot/archives.ts";
import { MIB, putBytes, sha256 } from "./files.ts";
import { DRIVERS, type TestStore } from "./stores.ts";

const SIZE = 8 * MIB;

describe.each(DRIVERS)("serving from a store: %s", (name, open) => {
  const isS3 = name !== "folder";
  let opened: TestStore;
  let content: Buffer;
  let file: ServedFile;
  let etag: string;
  beforeAll(async () => {
    opened = await open();
    content = await putBytes(opened.store, opened.work, "renders/r/1.mp4", SIZE);
    const about = { filename: "intro.mp4", contentType: "video/mp4", bytes: SIZE };
    file = { key: "renders/r/1.mp4", sha256: sha256(content), ...about };
    etag = `"${file.sha256}"`;
  });
  afterAll(() => opened[Symbol.asyncDispose]());

  const ask = (
    headers: Record<string, string> = {},
    { method = "GET", download = false, served = file } = {},
  ): Promise<Response> => {
    const request = new Request("http://localhost/", { method, headers });
    return serveStored(request, opened.store, served, { download });
  };
  const noneOpen = (): Promise<void> =>
    vi.waitFor(async () => expect(await openFilesBelow(opened.work)).toEqual([]), { timeout: 10_000 });

  it("sends the whole file with what a client needs to know", async () => {
    const response = await ask();
    expect(response.status).toBe(200);
    expect(Object.fromEntries(response.headers)).toEqual({
      "accept-ranges": "bytes",
      "cache-control": "private, no-cache",
      "content-disposition": 'inline; filename="intro.mp4"',
      "content-length": String(SIZE),
      "content-type": "video/mp4",
      etag,
      "x-content-type-options": "nosniff",
    });
    expect(content.equals(Buffer.from(await response.arrayBuffer()))).toBe(true);
    await noneOpen();
  });

  it("sends a plain download to the store where that gives links, and serves it otherwise", async () => {
    const response = await ask({}, { download: true });
    if (!isS3) {
      expect(response.headers.get("content-disposition")).toBe('attachment; filename="intro.mp4"');
      expect(content.equals(Buffer.from(await response.arrayBuffer()))).toBe(true);
      return;
    }
    expect([response.status, response.headers.get("cache-control")]).toEqual([302, "private, no-store"]);
    const link = response.headers.get("location") ?? "";
    const followed = await fetch(link, { signal: AbortSignal.timeout(10_000) });
    expect(followed.status).toBe(200);
    expect(content.equals(Buffer.from(await followed.arrayBuffer()))).toBe(true);
    expect(new URL(link).searchParams.get("X-Amz-Expires")).toBe("300");
    expect(new URL(link).searchParams.get("response-content-disposition")).toBe(
      'attachment; filename="intro.mp4"',
    );
    // Parts of it, and looks at it, are served from here.
    expect((await ask({ range: "bytes=0-9" }, { download: true, method: "HEAD" })).status).toBe(206);
    expect((await ask({}, { download: true, method: "HEAD" })).status).toBe(200);
    expect((await ask({ "if-none-match": etag }, { download: true })).status).toBe(304);
  });

  it("sends headers alone for HEAD", async () => {
    const response = await ask({}, { method: "HEAD" });
    expect([response.status, response.body]).toEqual([200, null]);
    expect(response.headers.get("content-length")).toBe(String(SIZE));
    const part = await ask({ range: "bytes=0-9" }, { method: "HEAD" });
    expect([part.status, part.headers.get("content-length")]).toEqual([206, "10"]);
  });

  it.each([
    ["bytes=0-1", 0, 1],
    ["bytes=100-199", 100, 199],
    [`bytes=${SIZE - 5}-`, SIZE - 5, SIZE - 1],
    ["bytes=-7", SIZE - 7, SIZE - 1],
    [`bytes=10-${SIZE * 2}`, 10, SIZE - 1],
  ])("sends the range %s", async (range, first, last) => {
    const response = await ask({ range });
    expect(response.status).toBe(206);
    expect(response.headers.get("content-range")).toBe(`bytes ${first}-${last}/${SIZE}`);
    expect(response.headers.get("content-length")).toBe(String(last - first + 1));
    const body = Buffer.from(await response.arrayBuffer());
    expect(body.equals(content.subarray(first, last + 1))).toBe(true);
  });

  it("answers 416 with the size to a range outside the file", async () => {
    for (const range of ["bytes=-0", `bytes=${SIZE}-`, `bytes=${SIZE}-${SIZE + 5}`]) {
      const response = await ask({ range });
      expect([response.status, response.headers.get("content-range")]).toEqual([416, `bytes */${SIZE}`]);
      expect(await response.text()).toBe("");
    }
  });

  it.each([
    "bytes=a-b",
    "lines=1-2",
    "bytes=5-1",
    "bytes=5-1,x",
    "bytes=0-1,4-5",
    "bytes=-",
    `bytes=-${SIZE * 2}`,
  ])("sends the whole for the range %s", async (range) => {
    const response = await ask({ range }, { method: "HEAD" });
    expect([response.status, response.headers.get("content-range")]).toEqual([200, null]);
    expect(response.headers.get("content-length")).toBe(String(SIZE));
  });

  it("sends a file only to those who do not have it", async () => {
    for (const tag of [etag, `W/${etag}`, `"other", ${etag}`, "*"]) {
      const response = await ask({ "if-none-match": tag, "cache-control": "no-cache" });
      expect([response.status, response.body, response.headers.get("etag")], tag).toEqual([304, null, etag]);
    }
    expect((await ask({ "if-none-match": '"other"' }, { method: "HEAD" })).status).toBe(200);
    expect((await ask({ "if-match": '"other"' })).status).toBe(412);
    expect((await ask({ "if-match": etag }, { method: "HEAD" })).status).toBe(200);
  });

  it("resumes a download only of the same bytes", async () => {
    const range = "bytes=0-9";
    expect((await ask({ range, "if-range": etag }, { method: "HEAD" })).status).toBe(206);
    for (const tag of ['"other"', `W/${etag}`, "Wed, 21 Oct 2037 07:28:00 GMT"]) {
      expect((await ask({ range, "if-range": tag }, { method: "HEAD" })).status, tag).toBe(200);
    }
  });

  it("names the file safely in any language", async () => {
    const nameOf = async (filename: string): Promise<string | null> => {
      const response = await ask({}, { method: "HEAD", download: true, served: { ...file, filename } });
      return response.headers.get("content-disposition");
    };
    expect(await nameOf("a b.mp4")).toBe('attachment; filename="a b.mp4"');
    expect(await nameOf("Köln (1).mp4")).toBe(
      "attachment; filename=\"K_ln (1).mp4\"; filename*=UTF-8''K%C3%B6ln%20%281%29.mp4",
    );
    expect(await nameOf('a"b\r\nX: y/..\\c.mp4')).toBe(
      "attachment; filename=\"a_b__X: y_.._c.mp4\"; filename*=UTF-8''a%22b__X%3A%20y_.._c.mp4",
    );
    expect(await nameOf("\ud800.mp4")).toContain("filename*=UTF-8''%EF%BF%BD.mp4");
  });

  it("serves an empty file", async () => {
    await putBytes(opened.store, opened.work, "empty", 0);
    const response = await ask({}, { served: { ...file, key: "empty", bytes: 0 } });
    expect([response.status, await response.text()]).toEqual([200, ""]);
  });

  it("says so when the file is gone", async () => {
    const served = { ...file, key: "renders/gone/1.mp4" };
    for (const options of [{}, { method: "HEAD" }, { download: true }]) {
      await expect(ask({}, { ...options, served })).rejects.toMatchObject({ code: "artifact-expired" });
    }
  });

  it("lets go of every download that is broken off", async () => {
    let served = 0;
    const server = serve({
      port: 0,
      hostname: "127.0.0.1",
      fetch: (request: Request) => {
        served += 1;
        return serveStored(request, opened.store, file, { download: false });
      },
    });
    try {
      if (!server.listening) await once(server, "listening", { signal: AbortSignal.timeout(10_000) });
      const { port } = server.address() as AddressInfo;
      const breakOff = async (index: number): Promise<void> => {
        const socket = connect(port, "127.0.0.1");
        socket.write("GET / HTTP/1.1\r\nHost: x\r\n\r\n");
        // Some go before the answer, some after its first bytes.
        await once(socket, index % 3 === 0 ? "connect" : "data", { signal: AbortSignal.timeout(10_000) });
        socket.destroy();
      };
      for (let batch = 0; batch < 4; batch += 1) {
        await Promise.all(Array.from({ length: 10 }, (_, index) => breakOff(index)));
      }
      // Those who went before the answer may never have been heard.
      expect(served).toBeGreaterThanOrEqual(24);
      await noneOpen();
    } finally {
      server.close();
      await once(server, "close", { signal: AbortSignal.timeout(10_000) });
    }
  });
});

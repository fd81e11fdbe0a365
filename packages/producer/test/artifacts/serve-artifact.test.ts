import { createHash, randomBytes } from "node:crypto";
import { once } from "node:events";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { type AddressInfo, connect } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";

import { isProblemError } from "@framewright/contract";
import { serve } from "@hono/node-server";
import { afterAll, beforeAll, describe, expect, it, vi } from "vitest";

import { serveArtifact } from "../../src/artifacts/serve-artifact.ts";
import type { StoredArtifact } from "../../src/renders/port.ts";
import { openFilesBelow } from "../snapshot/archives.ts";

const SIZE = 8 * 1024 * 1024;
const content = randomBytes(SIZE);
const sha256 = createHash("sha256").update(content).digest("hex");
const ETAG = `"${sha256}"`;

let work: string;
let artifact: StoredArtifact;
beforeAll(async () => {
  work = await mkdtemp(join(tmpdir(), "serve-test-"));
  artifact = { path: join(work, "r 1%.mp4"), filename: "intro.mp4", contentType: "video/mp4", sha256 };
  await writeFile(artifact.path, content);
});
afterAll(() => rm(work, { recursive: true, force: true }));

const ask = (headers: Record<string, string> = {}, method = "GET", download = true): Promise<Response> =>
  serveArtifact({ method, headers: new Headers(headers) }, artifact, { download });

const noneOpen = (): Promise<void> =>
  vi.waitFor(async () => expect(await openFilesBelow(work)).toEqual([]), { timeout: 10_000 });

describe("serving an artifact", () => {
  it("sends the whole file with what a client needs to know", async () => {
    const response = await ask();
    expect(response.status).toBe(200);
    expect(Object.fromEntries(response.headers)).toEqual({
      "accept-ranges": "bytes",
      "cache-control": "private, no-cache",
      "content-disposition": 'attachment; filename="intro.mp4"',
      "content-length": String(SIZE),
      "content-type": "video/mp4",
      etag: ETAG,
      "x-content-type-options": "nosniff",
    });
    expect(content.equals(Buffer.from(await response.arrayBuffer()))).toBe(true);
    await noneOpen();
    const shown = await ask({}, "HEAD", false);
    expect(shown.headers.get("content-disposition")).toBe('inline; filename="intro.mp4"');
  });

  it("sends headers alone for HEAD", async () => {
    const response = await ask({}, "HEAD");
    expect([response.status, response.body]).toEqual([200, null]);
    expect(response.headers.get("content-length")).toBe(String(SIZE));
    const part = await ask({ range: "bytes=0-9" }, "HEAD");
    expect([part.status, part.headers.get("content-length")]).toEqual([206, "10"]);
    await noneOpen();
  });

  it.each([
    ["bytes=0-0", 0, 0],
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
    expect((await ask({ range: "bytes=-0" })).status).toBe(416);
    const response = await ask({ range: `bytes=${SIZE}-` });
    expect(response.status).toBe(416);
    expect(response.headers.get("content-range")).toBe(`bytes */${SIZE}`);
    expect(await response.text()).toBe("");
  });

  it.each(["bytes=a-b", "lines=1-2", "bytes=5-1,x", "bytes=0-1,4-5", "bytes=-", `bytes=-${SIZE * 2}`])(
    "sends the whole for the range %s",
    async (range) => {
      const response = await ask({ range }, "HEAD");
      expect([response.status, response.headers.get("content-range")]).toEqual([200, null]);
    },
  );

  it("sends a file only to those who do not have it", async () => {
    for (const tag of [ETAG, `W/${ETAG}`, `"other", ${ETAG}`, "*"]) {
      const response = await ask({ "if-none-match": tag, "cache-control": "no-cache" });
      expect([response.status, response.body, response.headers.get("etag")], tag).toEqual([304, null, ETAG]);
    }
    expect((await ask({ "if-none-match": '"other"' }, "HEAD")).status).toBe(200);
    expect((await ask({ "if-match": '"other"' })).status).toBe(412);
    expect((await ask({ "if-match": ETAG }, "HEAD")).status).toBe(200);
    await noneOpen();
  });

  it("resumes a download only of the same bytes", async () => {
    const range = "bytes=0-9";
    expect((await ask({ range, "if-range": ETAG }, "HEAD")).status).toBe(206);
    for (const tag of ['"other"', `W/${ETAG}`, "Wed, 21 Oct 2037 07:28:00 GMT"]) {
      expect((await ask({ range, "if-range": tag }, "HEAD")).status, tag).toBe(200);
    }
  });

  it("names the file safely in any language", async () => {
    const nameOf = async (filename: string): Promise<string | null> => {
      const request = { method: "HEAD", headers: new Headers() };
      const response = await serveArtifact(request, { ...artifact, filename }, { download: true });
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
    const path = join(work, "empty");
    await writeFile(path, "");
    const request = { method: "GET", headers: new Headers() };
    const response = await serveArtifact(request, { ...artifact, path }, { download: true });
    expect([response.status, await response.text()]).toEqual([200, ""]);
  });

  it("says so when the file is gone", async () => {
    const gone = { ...artifact, path: join(work, "gone.mp4") };
    const serving = serveArtifact({ method: "GET", headers: new Headers() }, gone, { download: true });
    await expect(serving).rejects.toSatisfy(
      (error) => isProblemError(error) && error.code === "artifact-expired" && !error.message.includes(work),
    );
  });
});

describe("over a real server", () => {
  it("closes the file of every download that is broken off", async () => {
    let served = 0;
    const server = serve({
      port: 0,
      hostname: "127.0.0.1",
      fetch: (request: Request) => {
        served += 1;
        return serveArtifact(request, artifact, { download: true });
      },
    });
    try {
      if (!server.listening) await once(server, "listening", { signal: AbortSignal.timeout(10_000) });
      const { port } = server.address() as AddressInfo;
      const breakOff = async (index: number): Promise<void> => {
        const socket = connect(port, "127.0.0.1");
        socket.write("GET / HTTP/1.1\r\nHost: x\r\n\r\n");
        // Some go before the answer, some after its first bytes.
        if (index % 3 === 0) await once(socket, "connect", { signal: AbortSignal.timeout(10_000) });
        else await once(socket, "data", { signal: AbortSignal.timeout(10_000) });
        socket.destroy();
      };
      for (let batch = 0; batch < 6; batch += 1) {
        await Promise.all(Array.from({ length: 10 }, (_, i) => breakOff(i)));
      }
      // Those who went before the answer may never have been heard.
      expect(served).toBeGreaterThanOrEqual(36);
      await noneOpen();

      const whole = await fetch(`http://127.0.0.1:${port}/`, { signal: AbortSignal.timeout(10_000) });
      expect(content.equals(Buffer.from(await whole.arrayBuffer()))).toBe(true);
      await noneOpen();
    } finally {
      server.close();
    }
  });

  it("holds the file open while a download is under way", async () => {
    const response = await ask();
    expect(await openFilesBelow(work)).toHaveLength(1);
    await response.body?.cancel();
    await noneOpen();
  });
});

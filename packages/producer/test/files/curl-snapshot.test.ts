import { execFile, spawnSync } from "node:child_process";
import { promisify } from "node:util";

import { afterAll, beforeAll, describe, expect, it } from "vitest";

import { COUNTED, type Fixture, startFixture } from "./snapshot-fixture.ts";

const run = promisify(execFile);
const curlMissing = spawnSync("curl", ["--version"]).status !== 0;

describe.skipIf(curlMissing)("a snapshot's files, asked for by curl (needs curl)", () => {
  let fixture: Fixture;
  beforeAll(async () => {
    fixture = await startFixture();
  });
  afterAll(() => fixture.close());

  async function curl(path: string, ...options: string[]) {
    const url = `http://127.0.0.1:${fixture.server.port}${path}`;
    const { stdout } = await run(
      "curl",
      ["-s", "-S", "-i", "--path-as-is", "--max-time", "10", ...options, url],
      {
        encoding: "buffer",
      },
    );
    const split = stdout.indexOf("\r\n\r\n");
    const [statusLine = "", ...lines] = stdout.subarray(0, split).toString("latin1").split("\r\n");
    const headers = new Headers(lines.map((line) => splitHeader(line)));
    return { status: Number(statusLine.split(" ")[1]), headers, body: stdout.subarray(split + 4) };
  }

  it("gives a whole file, with what a client needs to come back for parts", async () => {
    const { status, headers, body } = await curl("/counted.bin");
    expect(status).toBe(200);
    expect(body).toEqual(COUNTED);
    expect(headers.get("content-length")).toBe("100");
    expect(headers.get("accept-ranges")).toBe("bytes");
    expect(headers.get("etag")).toMatch(/"/);
    expect(headers.get("last-modified")).toMatch(/GMT$/);
    expect(headers.get("access-control-allow-origin")).toBe("*");
    expect(headers.get("cache-control")).toBe("no-cache");
  });

  it.each([
    ["0-9", "bytes 0-9/100", 0, 10],
    ["90-", "bytes 90-99/100", 90, 100],
    ["-5", "bytes 95-99/100", 95, 100],
    ["50-5000", "bytes 50-99/100", 50, 100],
    ["99-99", "bytes 99-99/100", 99, 100],
    ["-5000", "bytes 0-99/100", 0, 100],
  ])("gives the part that Range: bytes=%s names", async (range, contentRange, from, to) => {
    const { status, headers, body } = await curl("/counted.bin", "-H", `Range: bytes=${range}`);
    expect(status).toBe(206);
    expect(headers.get("content-range")).toBe(contentRange);
    expect(headers.get("content-length")).toBe(String(to - from));
    expect(body).toEqual(COUNTED.subarray(from, to));
  });

  it.each(["100-", "5000-6000", "-0"])("answers 416 to bytes=%s, which is past the end", async (range) => {
    const { status, headers } = await curl("/counted.bin", "-H", `Range: bytes=${range}`);
    expect(status).toBe(416);
    expect(headers.get("content-range")).toBe("bytes */100");
  });

  it.each(["bytes=abc", "bytes=", "bytes=1", "lines=0-9", "bytes=0-1,x", "bytes=0-1,50-60"])(
    "gives the whole file for %s, which is malformed or several parts",
    async (range) => {
      const { status, body } = await curl("/counted.bin", "-H", `Range: ${range}`);
      expect(status).toBe(200);
      expect(body).toEqual(COUNTED);
    },
  );

  it("answers 304 to the tag or the date it gave, and 200 to others", async () => {
    const { headers } = await curl("/counted.bin");
    const etag = headers.get("etag") ?? "";
    const modified = headers.get("last-modified") ?? "";
    const sameTag = await curl("/counted.bin", "-H", `If-None-Match: ${etag}`);
    expect(sameTag.status).toBe(304);
    expect(sameTag.body).toHaveLength(0);
    expect((await curl("/counted.bin", "-H", `If-Modified-Since: ${modified}`)).status).toBe(304);
    expect((await curl("/counted.bin", "-H", 'If-None-Match: "other"')).status).toBe(200);
    expect(
      (await curl("/counted.bin", "-H", "If-Modified-Since: Sat, 01 Jan 2000 00:00:00 GMT")).status,
    ).toBe(200);
  });

  it("gives a part under If-Range only while the file is the same", async () => {
    const etag = (await curl("/counted.bin")).headers.get("etag") ?? "";
    const range = ["-H", "Range: bytes=0-4"];
    expect((await curl("/counted.bin", ...range, "-H", `If-Range: ${etag}`)).status).toBe(206);
    const stale = await curl("/counted.bin", ...range, "-H", 'If-Range: "other"');
    expect(stale.status).toBe(200);
    expect(stale.body).toEqual(COUNTED);
  });

  it("answers HEAD with the headers of GET and no body", async () => {
    const got = await curl("/counted.bin");
    const head = await curl("/counted.bin", "-I");
    expect(head.status).toBe(200);
    expect(head.body).toHaveLength(0);
    for (const name of ["content-length", "content-type", "etag"])
      expect(head.headers.get(name)).toBe(got.headers.get(name));
  });

  it.each(["POST", "PUT", "DELETE", "OPTIONS"])(
    "answers 405 to %s, and names what it takes",
    async (method) => {
      const { status, headers } = await curl("/counted.bin", "-X", method, "-d", "x");
      expect(status).toBe(405);
      expect(headers.get("allow")).toBe("GET, HEAD");
    },
  );

  it.each([
    "/../secret.txt",
    "/sub/../../secret.txt",
    "/%2e%2e/secret.txt",
    "/%2e%2e%2fsecret.txt",
    "/sub/%2e%2e%2f%2e%2e%2fsecret.txt",
    "/%252e%252e%252fsecret.txt",
    "/..%5csecret.txt",
    "/..\\secret.txt",
    "/..%2fsnapshot-twin/secret.txt",
    "/counted.bin%00",
    "/%00",
    "/%",
    "//etc/hostname",
    "/%2fetc/hostname",
    "/leaving-link.txt",
    "/leaving-folder/secret.txt",
    "/leaving-folder",
    "/loop",
    "/counted.bin/",
    "/counted.bin/x",
    "/missing.txt",
    `/${"long".repeat(1000)}`,
  ])("gives nothing from outside the snapshot: %.60s", async (path) => {
    const { status, body } = await curl(path);
    expect(status).toBe(404);
    expect(body.toString()).toBe("The snapshot has no such file.\n");
  });

  it("follows a link that stays inside", async () => {
    const { status, body } = await curl("/inside-link.bin");
    expect(status).toBe(200);
    expect(body).toEqual(COUNTED);
  });

  it("serves empty files, names that need encoding, and dotfiles", async () => {
    const empty = await curl("/empty.txt");
    expect([empty.status, empty.headers.get("content-length"), empty.body.length]).toEqual([200, "0", 0]);
    expect((await curl("/with%20space%20%26%20%C3%BC.txt")).body.toString()).toBe("named");
    expect((await curl("/.hidden/data.json")).status).toBe(200);
  });

  it("redirects a folder to its slash, and gives its index there", async () => {
    const bare = await curl("/sub?a=1");
    expect([bare.status, bare.headers.get("location")]).toEqual([301, "/sub/?a=1"]);
    expect((await curl("//sub")).headers.get("location")).toBe("/sub/");
    expect((await curl("/sub/")).body.toString()).toContain("<p>sub</p>");
    expect((await curl("/")).body.toString()).toContain("<title>Page</title>");
  });

  it("answers origin-form requests only under its own names", async () => {
    expect((await curl("/counted.bin", "-H", "Host: rebound.example")).status).toBe(421);
    expect((await curl("/counted.bin", "-H", "Host: composition.localhost")).status).toBe(200);
  });
});

function splitHeader(line: string): [string, string] {
  const colon = line.indexOf(":");
  return [line.slice(0, colon), line.slice(colon + 1).trim()];
}

import { readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";

import { afterAll, beforeAll, describe, expect, it } from "vitest";

import { SNAPSHOT_ORIGIN, startSnapshotServer } from "../../src/files/serve-snapshot.ts";
import { ask, type Fixture, HEAD_HTML, PAGE, startFixture, write } from "./snapshot-fixture.ts";

const INJECTED = PAGE.replace("<head>", `<head>${HEAD_HTML}`);

describe("documents of a snapshot", () => {
  let fixture: Fixture;
  let port: number;
  beforeAll(async () => {
    fixture = await startFixture();
    port = fixture.server.port;
  });
  afterAll(() => fixture.close());

  it.each([undefined, "document", "iframe", "frame", "embed", "object"])(
    "carry the markup where a document is made of them (Sec-Fetch-Dest: %s)",
    async (destination) => {
      const headers = destination === undefined ? {} : { "Sec-Fetch-Dest": destination };
      const answer = await ask(port, `${SNAPSHOT_ORIGIN}/index.html?x=1`, { headers });
      expect(answer.status).toBe(200);
      expect(answer.body.toString()).toBe(INJECTED);
      expect(answer.headers["content-length"]).toBe(String(Buffer.byteLength(INJECTED)));
      expect(answer.headers["content-type"]).toBe("text/html; charset=utf-8");
      expect(answer.headers.vary).toBe("Sec-Fetch-Dest");
    },
  );

  it.each(["empty", "script", "image"])(
    "are the author's own where a script fetches them (%s)",
    async (dest) => {
      const answer = await ask(port, `${SNAPSHOT_ORIGIN}/index.html`, {
        headers: { "Sec-Fetch-Dest": dest },
      });
      expect(answer.body.toString()).toBe(PAGE);
      expect(answer.headers.vary).toBe("Sec-Fetch-Dest");
    },
  );

  it("answer HEAD with the length they would have", async () => {
    const answer = await ask(port, "/index.html", { method: "HEAD" });
    expect(answer.headers["content-length"]).toBe(String(Buffer.byteLength(INJECTED)));
    expect(answer.body).toHaveLength(0);
  });

  it("have a tag of their own, which is the markup's too", async () => {
    const tag = (await ask(port, "/index.html")).headers.etag ?? "";
    const raw = (await ask(port, "/index.html", { headers: { "Sec-Fetch-Dest": "empty" } })).headers.etag;
    const other = await startSnapshotServer({
      root: fixture.root,
      headHtml: "<script></script>",
      allowedHosts: [],
    });
    try {
      expect(tag).toMatch(/^".+"$/);
      expect(raw).not.toBe(tag);
      expect((await ask(other.port, "/index.html")).headers.etag).not.toBe(tag);
      for (const named of [tag, `W/${tag}`, `"x", ${tag}`, "*"]) {
        const again = await ask(port, "/index.html", { headers: { "If-None-Match": named } });
        expect([again.status, again.body.length]).toEqual([304, 0]);
      }
      expect((await ask(other.port, "/index.html", { headers: { "If-None-Match": tag } })).status).toBe(200);
    } finally {
      await other.close();
    }
  });

  it("are always whole, whatever the range", async () => {
    const answer = await ask(port, "/index.html", { headers: { Range: "bytes=0-4" } });
    expect(answer.status).toBe(200);
    expect(answer.body.toString()).toBe(INJECTED);
    expect(answer.headers["accept-ranges"]).toBeUndefined();
  });

  it("pass through unchanged apart from the markup, also when large", async () => {
    const body = `<body>${"<p>ü🎬 text</p>\r\n".repeat(60_000)}`;
    await write(join(fixture.root, "large.html"), `<!doctype html><html><head>${body}`);
    const answer = await ask(port, "/large.html");
    expect(answer.body.toString()).toBe(`<!doctype html><html><head>${HEAD_HTML}${body}`);
  });

  it("may be empty", async () => {
    await write(join(fixture.root, "empty.html"), "");
    expect((await ask(port, "/empty.html")).body.toString()).toBe(HEAD_HTML);
  });

  it("in UTF-16 are refused as documents and given as data", async () => {
    const utf16 = Buffer.concat([Buffer.from([0xff, 0xfe]), Buffer.from("<html></html>", "utf16le")]);
    await write(join(fixture.root, "utf16.html"), utf16);
    const refused = await ask(port, "/utf16.html");
    expect([refused.status, refused.headers["content-type"]]).toEqual([415, "text/plain; charset=utf-8"]);
    const data = await ask(port, "/utf16.html", { headers: { "Sec-Fetch-Dest": "empty" } });
    expect(data.body).toEqual(utf16);
  });

  it.each([
    ['<meta charset="shift_jis">', "shift_jis"],
    ["<META CHARSET=Windows-1251>", "windows-1251"],
    ['<meta http-equiv="Content-Type" content="text/html; charset=EUC-JP">', "euc-jp"],
    ["<!-- <meta charset=big5> --><title>a</title><meta name=a charset='latin1'>", "windows-1252"],
    [`<style>${" ".repeat(3000)}</style><meta charset="gbk"></head>`, "gbk"],
    ['<meta content="charset=big5"><meta charset="no such"><meta charset=koi8-r>', "koi8-r"],
    ['<meta charset="utf-16le">', "utf-8"],
    ["\u{feff}<meta charset=big5>", "utf-8"],
    ["<title>none</title>", "utf-8"],
    [`</head><body>${" ".repeat(2000)}<meta charset="big5">`, "utf-8"],
  ])("are in the encoding that they declare: %s", async (head, charset) => {
    await write(
      join(fixture.root, "encoded.html"),
      `${head.startsWith("<") ? "<!doctype html>" : ""}${head}`,
    );
    const { headers } = await ask(port, "/encoded.html");
    expect(headers["content-type"]).toBe(`text/html; charset=${charset}`);
  });

  it("and scripts that are not in UTF-8 are read in their document's encoding", async () => {
    const shiftJis = Buffer.from([0x22, 0x93, 0xfa, 0x96, 0x7b, 0x22]);
    await write(join(fixture.root, "legacy.js"), shiftJis);
    await write(join(fixture.root, "long.js"), `"${"é".repeat(200_000)}"`);
    expect((await ask(port, "/legacy.js")).headers["content-type"]).toBe("text/javascript");
    expect((await ask(port, "/legacy.js")).body).toEqual(shiftJis);
    expect((await ask(port, "/long.js")).headers["content-type"]).toBe("text/javascript; charset=utf-8");
  });

  it("never change on disk", async () => {
    await ask(port, "/index.html");
    expect(await readFile(join(fixture.root, "index.html"), "utf8")).toBe(PAGE);
  });

  it.each([
    ["a.js", "text/javascript; charset=utf-8"],
    ["a.MJS", "text/javascript; charset=utf-8"],
    ["a.css", "text/css; charset=utf-8"],
    ["a.json", "application/json; charset=utf-8"],
    ["a.svg", "image/svg+xml"],
    ["a.woff2", "font/woff2"],
    ["a.woff", "font/woff"],
    ["a.ttf", "font/ttf"],
    ["a.otf", "font/otf"],
    ["a.wasm", "application/wasm"],
    ["a.mp4", "video/mp4"],
    ["a.mov", "video/quicktime"],
    ["a.webm", "video/webm"],
    ["a.avif", "image/avif"],
    ["a.webp", "image/webp"],
    ["a.m4a", "audio/mp4"],
    ["a.mp3", "audio/mpeg"],
    ["a.wav", "audio/wav"],
    ["a.ogg", "audio/ogg"],
    ["a.flac", "audio/flac"],
    ["a.aac", "audio/aac"],
    ["a.glb", "model/gltf-binary"],
    ["a.gltf", "model/gltf+json"],
    ["a.hdr", "image/vnd.radiance"],
    ["a.cube", "text/plain; charset=utf-8"],
    ["a.lottie", "application/zip"],
    ["a.unheard-of", "application/octet-stream"],
  ])("and other files have their type: %s is %s", async (name, type) => {
    await writeFile(join(fixture.root, name), "x");
    expect((await ask(port, `${SNAPSHOT_ORIGIN}/${name}`)).headers["content-type"]).toBe(type);
  });
});

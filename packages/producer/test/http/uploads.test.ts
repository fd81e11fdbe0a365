import { connect } from "node:net";

import { afterEach, beforeEach, expect, it } from "vitest";

import { eventually, jsonOf, startApp, type TestApp } from "./start-app.ts";

let app: TestApp;
beforeEach(async () => {
  app = await startApp();
});
afterEach(() => app.stop());

const post = (body: FormData, headers: Record<string, string> = {}) =>
  fetch(`${app.url}/v1/renders`, { method: "POST", body, headers, signal: AbortSignal.timeout(10_000) });

const archive = (content: string | Uint8Array<ArrayBuffer> = "an archive") => new Blob([content]);

/** Sends the head of an upload and its first bytes, and leaves it at that. */
function beginUpload(bytes: string) {
  const upload = { socket: connect(app.port, "127.0.0.1"), answer: "" };
  upload.socket.on("data", (data) => (upload.answer += data.toString()));
  upload.socket.on("error", () => undefined);
  upload.socket.write(
    "POST /v1/renders HTTP/1.1\r\nhost: x\r\ncontent-type: multipart/form-data; boundary=b\r\n" +
      `content-length: 1000000\r\n\r\n${bytes}`,
  );
  return upload;
}

function form(parts: [string, string | Blob][]): FormData {
  const data = new FormData();
  for (const [name, value] of parts) {
    if (typeof value === "string") data.append(name, value);
    else data.append(name, value, "file.zip");
  }
  return data;
}

it.each([
  [
    "options first",
    [
      ["request", '{"fps":25}'],
      ["project", archive()],
    ],
  ],
  [
    "archive first",
    [
      ["project", archive()],
      ["request", '{"fps":25}'],
    ],
  ],
  [
    "options as a file",
    [
      ["project", archive()],
      ["request", new Blob(['{"fps":25}'], { type: "application/json" })],
    ],
  ],
] as [string, [string, string | Blob][]][])("an upload is admitted: %s", async (_order, parts) => {
  const response = await post(form(parts));
  expect(response.status).toBe(202);
  expect(app.renders.submissions[0]).toMatchObject({ options: { fps: 25 }, snapshot: { source: "archive" } });
  expect(await app.leftovers()).toEqual([]);
});

it("the whole archive arrives", async () => {
  const bytes = new Uint8Array(3 * 1024 * 1024).map((_, index) => index % 251);
  const headers = { "idempotency-key": "a" };
  expect(
    (
      await post(
        form([
          ["request", "{}"],
          ["project", archive(bytes)],
        ]),
        headers,
      )
    ).status,
  ).toBe(202);
  expect(
    (
      await post(
        form([
          ["project", archive(bytes)],
          ["request", "{ }"],
        ]),
        headers,
      )
    ).status,
  ).toBe(200);
  bytes[bytes.length - 1] = 255;
  expect(
    (
      await post(
        form([
          ["request", "{}"],
          ["project", archive(bytes)],
        ]),
        headers,
      )
    ).status,
  ).toBe(409);
});

it.each([
  ["a missing archive", [["request", "{}"]], "`project` is missing"],
  ["missing options", [["project", archive()]], "`request` is missing"],
  [
    "an unknown part",
    [
      ["request", "{}"],
      ["other", "x"],
      ["project", archive()],
    ],
    "`other`",
  ],
  [
    "an unknown file",
    [
      ["request", "{}"],
      ["other", archive()],
    ],
    "`other`",
  ],
  [
    "a part that comes twice",
    [
      ["request", "{}"],
      ["request", "{}"],
    ],
    "twice",
  ],
  [
    "a file that comes twice",
    [
      ["project", archive()],
      ["project", archive()],
    ],
    "twice",
  ],
  [
    "an archive without a filename",
    [
      ["request", "{}"],
      ["project", "text"],
    ],
    "must be a file",
  ],
  [
    "options that are not JSON",
    [
      ["request", "{"],
      ["project", archive()],
    ],
    "JSON",
  ],
  [
    "options with a source",
    [
      ["request", '{"html":"x"}'],
      ["project", archive()],
    ],
    "html",
  ],
  [
    "too many parts",
    [
      ["request", "{}"],
      ["project", archive()],
      ["a", "1"],
      ["b", "1"],
      ["c", "1"],
    ],
    "part",
  ],
] as [string, [string, string | Blob][], string][])(
  "an upload with %s is refused",
  async (_what, parts, detail) => {
    const response = await post(form(parts));
    expect(response.status).toBe(400);
    expect((await jsonOf(response))["detail"]).toContain(detail);
    expect(app.renders.submissions).toHaveLength(0);
    expect(await app.leftovers()).toEqual([]);
  },
);

it("options that no render can have are refused while the archive is still on its way", async () => {
  const upload = beginUpload(
    '--b\r\ncontent-disposition: form-data; name="request"\r\n\r\n{"fps":1000}\r\n' +
      '--b\r\ncontent-disposition: form-data; name="project"; filename="p"\r\n\r\nthe beginning',
  );
  await eventually(() => upload.answer.includes("fps-out-of-range"), "the refusal");
  expect(upload.answer).toMatch(/^HTTP\/1.1 422/);
  await eventually(async () => (await app.leftovers()).length === 0, "nothing left");
  upload.socket.destroy();
});

it.each(["5 MiB, declared", "5 MiB, chunked"])(
  "an upload beyond the limit is refused by name: %s",
  async (how) => {
    const data = form([
      ["request", "{}"],
      ["project", archive(new Uint8Array(5 * 1024 * 1024))],
    ]);
    const encoded = new Response(data);
    const response = how.endsWith("declared")
      ? await post(data)
      : await fetch(`${app.url}/v1/renders`, {
          method: "POST",
          headers: { "content-type": encoded.headers.get("content-type") ?? "" },
          body: encoded.body,
          duplex: "half",
          signal: AbortSignal.timeout(10_000),
        });
    expect(response.status).toBe(413);
    expect((await jsonOf(response))["detail"]).toContain("PRODUCER_MAX_UPLOAD_BYTES");
    expect(await app.leftovers()).toEqual([]);
  },
);

it.each([
  ["no boundary", "multipart/form-data", ""],
  [
    "a body that breaks off",
    "multipart/form-data; boundary=b",
    '--b\r\ncontent-disposition: form-data; name="project"; filename="p"\r\n\r\nx',
  ],
  [
    "an unknown file that breaks off",
    "multipart/form-data; boundary=b",
    '--b\r\ncontent-disposition: form-data; name="other"; filename="p"\r\n\r\nx',
  ],
  ["no parts", "multipart/form-data; boundary=b", "--b--\r\n"],
  ["rubbish", "multipart/form-data; boundary=b", "rubbish"],
])("a malformed upload is refused: %s", async (_what, type, body) => {
  const response = await fetch(`${app.url}/v1/renders`, {
    method: "POST",
    headers: { "content-type": type },
    body,
    signal: AbortSignal.timeout(10_000),
  });
  expect(response.status).toBe(400);
  expect(await jsonOf(response)).toMatchObject({ code: "invalid-request" });
  expect(await app.leftovers()).toEqual([]);
});

it("a client that leaves in the middle leaves nothing behind", async () => {
  const { socket } = beginUpload(
    `--b\r\ncontent-disposition: form-data; name="project"; filename="p"\r\n\r\n${"x".repeat(100_000)}`,
  );
  await eventually(async () => (await app.leftovers()).length === 1, "an upload under way");
  socket.destroy();
  await eventually(async () => (await app.leftovers()).length === 0, "nothing left");
  await eventually(() => app.lines.some(({ status }) => status === 408), "a line in the log");
  expect(app.lines.filter(({ level }) => Number(level) >= 50)).toEqual([]);
});

it("a full queue refuses an upload before it is read", async () => {
  app.renders.room = false;
  const response = await post(
    form([
      ["request", "{}"],
      ["project", archive(new Uint8Array(3 * 1024 * 1024))],
    ]),
    {
      "idempotency-key": "k",
    },
  );
  expect(response.status).toBe(429);
  expect(await app.leftovers()).toEqual([]);
});

import { createHash } from "node:crypto";
import { mkdtemp, readdir, readFile, rm, writeFile } from "node:fs/promises";
import type { ServerResponse } from "node:http";
import { tmpdir } from "node:os";
import { join } from "node:path";

import type { Render } from "@framewright/contract";
import { afterEach, beforeEach, describe, expect, it } from "vitest";

import { createClient } from "../src/index.ts";
import { type FakeService, sampleRender, startFakeService } from "./fake-service.ts";

const VIDEO = Buffer.alloc(1_000_000, "frames");

function rendered(fields: Partial<NonNullable<Render["artifact"]>> = {}): Render {
  const artifact = {
    url: "/v1/renders/r1/artifact",
    contentType: "video/mp4",
    bytes: VIDEO.length,
    sha256: createHash("sha256").update(VIDEO).digest("hex"),
    durationSeconds: 6,
    expiresAt: "2030-01-02T00:00:00.000Z",
    ...fields,
  };
  return sampleRender({ state: "succeeded", artifact });
}

let dir: string;
let service: FakeService | undefined;
beforeEach(async () => {
  dir = await mkdtemp(join(tmpdir(), "client-test-"));
});
afterEach(async () => {
  await service?.close();
  await rm(dir, { recursive: true });
});

async function download(
  answer: (response: ServerResponse) => void,
  render: Render,
  signal?: AbortSignal,
): Promise<unknown> {
  service = await startFakeService((_request, response) => answer(response));
  const client = createClient({ baseUrl: service.url });
  return await client.download(render, join(dir, "v.mp4"), { signal });
}

describe("download", () => {
  it("writes the artifact, in place of what was there", async () => {
    await writeFile(join(dir, "v.mp4"), "old");
    await download((response) => response.end(VIDEO), rendered());
    expect((await readFile(join(dir, "v.mp4"))).equals(VIDEO)).toBe(true);
    expect(await readdir(dir)).toEqual(["v.mp4"]);
    expect(service?.received[0]?.path).toBe("/v1/renders/r1/artifact");
  });

  it.each([
    ["too short", (response: ServerResponse) => response.end(VIDEO.subarray(1))],
    ["too long", (response: ServerResponse) => response.end(Buffer.concat([VIDEO, VIDEO]))],
    ["altered", (response: ServerResponse) => response.end(Buffer.alloc(VIDEO.length, "Frames"))],
  ])("refuses a file that is %s, and leaves the old one", async (_name, answer) => {
    await writeFile(join(dir, "v.mp4"), "old");
    await expect(download(answer, rendered())).rejects.toMatchObject({ code: "download-corrupt" });
    expect(await readdir(dir)).toEqual(["v.mp4"]);
    expect(await readFile(join(dir, "v.mp4"), "utf8")).toBe("old");
  });

  it("leaves nothing behind when the connection breaks", async () => {
    const cut = (response: ServerResponse) => {
      response.writeHead(200, { "content-length": VIDEO.length });
      response.write(VIDEO.subarray(0, 200_000), () => response.destroy());
    };
    await expect(download(cut, rendered())).rejects.toMatchObject({ code: "connection-failed" });
    expect(await readdir(dir)).toEqual([]);
  });

  it("leaves nothing behind when it is aborted", async () => {
    const reason = new Error("no longer wanted");
    const controller = new AbortController();
    const part = (response: ServerResponse) => {
      response.write(VIDEO.subarray(0, 200_000));
      setTimeout(() => controller.abort(reason), 100);
    };
    await expect(download(part, rendered(), controller.signal)).rejects.toBe(reason);
    expect(await readdir(dir)).toEqual([]);
  });

  it.each([
    ["running", "artifact-not-ready", true],
    ["failed", "artifact-missing", false],
    ["cancelled", "artifact-missing", false],
  ] as const)("says of a %s render whether an artifact may come", async (state, code, retryable) => {
    const without = download(() => undefined, sampleRender({ state }));
    await expect(without).rejects.toMatchObject({ problem: { code, retryable } });
    expect(service?.received).toEqual([]);
  });
});

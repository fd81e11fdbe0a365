import { createHash } from "node:crypto";

import { DownloadLinkSchema, RenderSchema } from "@framewright/contract";
import { afterEach, beforeEach, describe, expect, it } from "vitest";

import { succeed } from "./fake-renders.ts";
import { jsonOf, startApp, type TestApp } from "./start-app.ts";

const KEY = "fw_correct";
const headers = { authorization: `Bearer ${KEY}` };

let app: TestApp;
let id: string;
beforeEach(async () => {
  const sha256 = createHash("sha256").update(KEY).digest();
  app = await startApp({ apiKeys: [{ tenant: "film", sha256 }] });
  const answer = await fetch(`${app.url}/v1/renders`, {
    method: "POST",
    headers: { ...headers, "content-type": "application/json" },
    body: JSON.stringify({ html: "<p>" }),
  });
  id = RenderSchema.parse(await answer.json()).id;
});
afterEach(() => app.stop());

async function linkTo(query = ""): Promise<{ url: string; expiresAt: string }> {
  const answer = await fetch(`${app.url}/v1/renders/${id}/link${query}`, { headers });
  expect(answer.status).toBe(200);
  return DownloadLinkSchema.parse(await answer.json());
}

describe("a link to an artifact", () => {
  it("lets whoever holds it download that one file, without a key", async () => {
    succeed(app.renders, id);
    const { url, expiresAt } = await linkTo("?seconds=60");
    expect(Date.parse(expiresAt) - Date.now()).toBeGreaterThan(50_000);
    expect(Date.parse(expiresAt) - Date.now()).toBeLessThan(61_000);
    const download = await fetch(app.url + url);
    expect([download.status, await download.text()]).toEqual([200, "video"]);
    const { search } = new URL(url, app.url);
    for (const [path, status] of [
      [`/v1/renders/${id}`, 401],
      ["/v1/renders/another/artifact", 403],
      ["/v1/renders", 401],
    ] as const) {
      expect([path, (await fetch(app.url + path + search)).status]).toEqual([path, status]);
    }
  });

  it("is refused once it has expired, or where it was changed", async () => {
    succeed(app.renders, id);
    const { url } = await linkTo("?seconds=1");
    const later = url.replace(/expires=\d+/, (found) => `expires=${Number(found.slice(8)) + 3_600}`);
    expect((await fetch(app.url + later)).status).toBe(403);
    await expect.poll(async () => (await fetch(app.url + url)).status, { timeout: 5_000 }).toBe(403);
    for (const key of [{}, headers]) {
      expect(await jsonOf(await fetch(app.url + url, { headers: key }))).toMatchObject({
        code: "link-invalid",
        detail: "The link is expired.",
      });
    }
  });

  it("is not given before there is an artifact, nor for longer than a week", async () => {
    const early = await fetch(`${app.url}/v1/renders/${id}/link`, { headers });
    expect([early.status, await jsonOf(early)]).toMatchObject([409, { code: "artifact-not-ready" }]);
    const long = await fetch(`${app.url}/v1/renders/${id}/link?seconds=700000`, { headers });
    expect(long.status).toBe(400);
  });
});

import { expect, it } from "vitest";

import { createFetchHtml } from "../../src/outgoing/fetch-html.ts";
import { createGuard } from "../../src/outgoing/guard.ts";
import { guardedAgents } from "../../src/outgoing/guarded-agents.ts";
import { startReceiver } from "./http-receiver.ts";

const fetchHtml = (url: string, hosts: readonly string[]): Promise<string> =>
  createFetchHtml(guardedAgents(createGuard(hosts)))(url, AbortSignal.timeout(10_000));

it("fetches a document, through redirects, and says why it could not", async () => {
  await using receiver = await startReceiver(({ path }, response) => {
    if (path === "/moved") response.writeHead(302, { location: "/page" });
    if (path === "/loop") response.writeHead(302, { location: "/loop" });
    if (path === "/missing") response.writeHead(404);
    if (path === "/inside") response.writeHead(302, { location: "http://169.254.169.254/" });
    response.end(path === "/large" ? "x".repeat(6 * 1024 * 1024) : "<p>Grüße</p>");
  });
  const hosts = [`127.0.0.1:${receiver.port}`];
  const at = (path: string): string => `http://127.0.0.1:${receiver.port}${path}`;
  expect(await fetchHtml(at("/page"), hosts)).toBe("<p>Grüße</p>");
  expect(await fetchHtml(at("/moved"), hosts)).toBe("<p>Grüße</p>");
  await expect(fetchHtml(at("/missing"), hosts)).rejects.toThrow("previewUrl: it answered with HTTP 404");
  await expect(fetchHtml(at("/loop"), hosts)).rejects.toThrow("previewUrl: it redirects too often");
  await expect(fetchHtml(at("/large"), hosts)).rejects.toThrow("previewUrl: the document exceeds 5 MiB");
  await expect(fetchHtml(at("/inside"), hosts)).rejects.toThrow(/previewUrl: .*169\.254\.169\.254/);
  await expect(fetchHtml(at("/page"), [])).rejects.toThrow(/previewUrl: .*127\.0\.0\.1/);
});

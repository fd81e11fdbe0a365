import { existsSync } from "node:fs";
import { mkdtemp, rm } from "node:fs/promises";
import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { homedir, tmpdir } from "node:os";
import { join } from "node:path";
import { buffer } from "node:stream/consumers";

import { type BrowserBinary, findBrowser } from "../src/browser/find-browser.ts";
import { type Composition, openComposition } from "../src/composition.ts";
import { findFfmpeg } from "../src/encode/find-ffmpeg.ts";
import { MEDIA_PATH, PageMedia } from "../src/media/frames/page-media.ts";
import { pageHeadHtml, pageScript } from "../src/page-source.ts";

const TIMEOUT_MS = 10_000;
const PAGE_URL = "http://composition.localhost/";

export interface TestPage {
  readonly composition: Composition;
  /** A folder that the command line of this page's browser names. */
  readonly scratchDir: string;
  /** Evaluates an expression in the page. */
  readonly read: (expression: string) => Promise<unknown>;
  readonly stepTo: (frame: number) => Promise<unknown>;
  readonly close: () => Promise<void>;
}

export interface PageOptions {
  readonly fps?: { num: number; den: number };
  readonly variables?: Record<string, unknown>;
  readonly readyTimeoutMs?: number;
  readonly deviceScaleFactor?: number;
  /** Called with the browser's folder when the document is asked for, before it is sent. */
  readonly onRequest?: (scratchDir: string) => Promise<void>;
  /** Bodies of other documents and files, by their URL; what is asked for and not there is answered with 404. */
  readonly files?: Readonly<Record<string, string>>;
  /** A folder whose files the page may play. */
  readonly mediaDir?: string;
}

const TYPES: Readonly<Record<string, string>> = {
  js: "text/javascript",
  html: "text/html",
  css: "text/css",
  svg: "image/svg+xml",
};

function answerFile(response: ServerResponse, url: string, body: string | undefined): void {
  response.statusCode = body === undefined ? 404 : 200;
  response.setHeader("content-type", TYPES[url.split(".").at(-1) ?? ""] ?? "text/html");
  response.setHeader("access-control-allow-origin", "*");
  response.end(body);
}

const MEDIA_URL = `http://composition.localhost${MEDIA_PATH}`;

async function mediaOf(dir: string, scratchDir: string): Promise<PageMedia> {
  const ffmpeg = await findFfmpeg({ searchPath: process.env["PATH"] ?? "", cacheDir: tmpdir() });
  const fileOf = async ({ pathname }: URL): Promise<string | null> => {
    const file = join(dir, pathname);
    return existsSync(file) ? file : null;
  };
  return new PageMedia({
    ffmpeg,
    scratchDir,
    signal: new AbortController().signal,
    fileOf,
    onFault: () => undefined,
  });
}

async function answerMedia(
  media: PageMedia,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  const { url = "", method = "GET", headers } = request;
  const answer = await media.answer({
    method,
    url: new URL(url),
    type: headers["content-type"] ?? "",
    body: () => buffer(request),
  });
  response.writeHead(answer.status, { "content-type": answer.type, "cache-control": "max-age=86400" });
  response.end(answer.body);
}

interface ServedPage {
  readonly url: string;
  readonly script: string;
  readonly proxyPort: number;
  /** A folder of the page's own. */
  readonly scratchDir: string;
  readonly close: () => Promise<void>;
}

/** Serves a document, given as the part after the runtime, to a browser that asks by a proxy. */
async function servePage(body: string, options: PageOptions = {}): Promise<ServedPage> {
  const { fps = { num: 10, den: 1 }, variables = {} } = options;
  const scratchDir = await mkdtemp(join(tmpdir(), "framewright-engine-"));
  const media = options.mediaDir === undefined ? null : await mediaOf(options.mediaDir, scratchDir);
  const script = await pageScript({ variables, fps, ...(media && { mediaUrl: MEDIA_URL }) });
  const head = pageHeadHtml(script);
  const answer = async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
    const { url = "" } = request;
    if (media !== null && url.startsWith(MEDIA_URL)) {
      await answerMedia(media, request, response);
      return;
    }
    if (options.files !== undefined && url !== PAGE_URL) {
      answerFile(response, url, options.files[url]);
      return;
    }
    await options.onRequest?.(scratchDir);
    response.setHeader("content-type", "text/html; charset=utf-8");
    response.end(`<!doctype html><html><head>${head}</head><body>${body}</body></html>`);
  };
  const server = createServer((request, response) => {
    answer(request, response).catch((error: unknown) =>
      response.destroy(error instanceof Error ? error : undefined),
    );
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  return {
    url: PAGE_URL,
    script,
    proxyPort: (server.address() as AddressInfo).port,
    scratchDir,
    close: async () => {
      media?.close();
      server.closeAllConnections();
      server.close();
      await rm(scratchDir, { recursive: true, force: true });
    },
  };
}

/** Serves a document, uses it, and closes whatever happens. */
export async function withServedPage<T>(
  body: string,
  use: (page: ServedPage) => Promise<T>,
  options?: PageOptions,
): Promise<T> {
  const page = await servePage(body, options);
  try {
    return await use(page);
  } finally {
    await page.close();
  }
}

export function machineBrowser(): Promise<BrowserBinary> {
  return findBrowser({
    searchPath: process.env["PATH"] ?? "",
    cacheDir: join(homedir(), ".cache", "framewright"),
  });
}

/** Opens a document, given as the part after the runtime, in a real browser. */
export async function openPage(body: string, options: PageOptions = {}): Promise<TestPage> {
  const { fps = { num: 10, den: 1 }, readyTimeoutMs = TIMEOUT_MS, deviceScaleFactor = 1 } = options;
  const served = await servePage(body, options);
  const { scratchDir } = served;
  try {
    const composition = await openComposition({
      ...served,
      browser: await machineBrowser(),
      sandbox: false,
      width: 320,
      height: 180,
      deviceScaleFactor,
      intervalMs: (1000 * fps.den) / fps.num,
      readyTimeoutMs,
      signal: new AbortController().signal,
    });
    const read = (expression: string): Promise<unknown> =>
      composition.page.evaluate(expression, Date.now() + TIMEOUT_MS);
    return {
      composition,
      scratchDir,
      read,
      stepTo: (frame) => read(`__framewright.stepTo(${frame})`),
      close: async () => {
        await composition.close();
        await served.close();
      },
    };
  } catch (error) {
    await served.close();
    throw error;
  }
}

/** Opens a document, uses it, and closes it whatever happens. */
export async function withPage<T>(
  body: string,
  use: (page: TestPage) => Promise<T>,
  options?: PageOptions,
): Promise<T> {
  const page = await openPage(body, options);
  try {
    return await use(page);
  } finally {
    await page.close();
  }
}

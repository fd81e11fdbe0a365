import type { IncomingMessage, ServerResponse } from "node:http";
import { pipeline } from "node:stream/promises";

import { send } from "@fastify/send";

import { looksUtf8 } from "./charset.ts";
import { type ContainedFile, openContained } from "./containment.ts";
import { answerDocument, type HeadMarkup, wantsDocument } from "./html-document.ts";
import { contentTypeOf } from "./mime.ts";
import { answerPlain } from "./plain-answer.ts";

/** One snapshot as a web site. */
export interface SnapshotSite {
  /** Real path of the folder. */
  readonly root: string;
  readonly head: HeadMarkup;
}

/** Answers a request for a file of the snapshot, streamed. */
export async function answerFile(
  request: IncomingMessage,
  response: ServerResponse,
  url: URL,
  site: SnapshotSite,
): Promise<void> {
  if (request.method !== "GET" && request.method !== "HEAD")
    return answerPlain(response, 405, "Files can only be read.", { Allow: "GET, HEAD" });
  const file = await openContained(site.root, url.pathname);
  if (file === "missing") return answerPlain(response, 404, "The snapshot has no such file.");
  if (file === "directory") return redirectInto(response, url);
  try {
    const type = await typeOf(file);
    response.setHeader("Content-Type", type);
    // The origin is the same for every snapshot: a browser must never take a file from an earlier one.
    response.setHeader("Cache-Control", "no-cache");
    response.setHeader("Access-Control-Allow-Origin", "*");
    const isHtml = type.startsWith("text/html");
    if (isHtml) response.setHeader("Vary", "Sec-Fetch-Dest");
    if (isHtml && wantsDocument(request)) await answerDocument(request, response, file, site.head);
    else await answerBytes(request, response, file);
  } finally {
    await file.handle.close();
  }
}

/** How much of a script or a style sheet is looked at for its encoding, in bytes. */
const SNIFFED_BYTES = 262_144;

/** The Content-Type. Scripts and style sheets that are not in UTF-8 are read in the encoding of their document. */
async function typeOf({ path, handle, stats }: ContainedFile): Promise<string> {
  const type = contentTypeOf(path);
  if (!/^text\/(?:javascript|css|plain);/.test(type)) return type;
  const start = Buffer.alloc(Math.min(stats.size, SNIFFED_BYTES));
  const { bytesRead } = await handle.read(start, 0, start.length, 0);
  const isWhole = bytesRead === stats.size;
  return looksUtf8(start.subarray(0, bytesRead), isWhole) ? type : type.replace(/;.*/, "");
}

/** With the slash at its end, the index's relative links lead into the folder. */
function redirectInto(response: ServerResponse, url: URL): void {
  const location = `${url.pathname.replace(/^\/+/, "/")}/${url.search}`;
  answerPlain(response, 301, "This is a folder.", { Location: location });
}

async function answerBytes(
  request: IncomingMessage,
  response: ServerResponse,
  file: ContainedFile,
): Promise<void> {
  const range = rangeFor(request.headers.range, file.stats.size);
  // The library decides by the headers; asked as HEAD it opens no file, and the bytes come from the one checked.
  const asked: IncomingMessage = Object.create(request, {
    method: { value: "HEAD" },
    headers: { value: { ...request.headers, range } },
  });
  const path = file.path.split("/").map(encodeURIComponent).join("/");
  const decided = await send(asked, path, {
    dotfiles: "allow",
    contentType: false,
    cacheControl: false,
    index: false,
  });
  response.writeHead(decided.statusCode, decided.headers);
  const length = Number(decided.headers["Content-Length"] ?? 0);
  if (decided.type !== "file") await pipeline(decided.stream, response);
  else if (request.method === "HEAD" || length === 0) response.end();
  else await streamBytes(response, file, startOf(decided.headers["Content-Range"]), length);
}

function startOf(contentRange: string | undefined): number {
  return Number(/^bytes (\d+)-/.exec(contentRange ?? "")?.[1] ?? 0);
}

async function streamBytes(
  response: ServerResponse,
  { handle }: ContainedFile,
  start: number,
  length: number,
): Promise<void> {
  const { socket } = response;
  const bytes = handle.createReadStream({ start, end: start + length - 1 });
  await pipeline(bytes, response);
  // A file that shrank leaves the client waiting for the rest, unless the connection says that there is none.
  if (bytes.bytesRead < length) socket?.destroy();
}

/**
 * The Range header as the library reads it right (RFC 9110, 14.1): it answers 416 to one that is malformed,
 * which must be ignored, and to a suffix longer than the file, which means the whole file.
 */
function rangeFor(range: string | undefined, size: number): string | undefined {
  if (range === undefined || !/^bytes=(?:\d+-\d*|-\d+)(?:[\t ]*,[\t ]*(?:\d+-\d*|-\d+))*$/.test(range))
    return undefined;
  const suffix = /^bytes=-(\d+)$/.exec(range)?.[1];
  return suffix !== undefined && Number(suffix) > size ? "bytes=0-" : range;
}

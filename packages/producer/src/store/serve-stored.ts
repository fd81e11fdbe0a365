import { evaluateConditions } from "./conditions.ts";
import { contentDisposition } from "./content-disposition.ts";
import type { ByteRange, Store } from "./port.ts";
import { expired } from "./store-faults.ts";

/** A stored file as its row describes it. */
export interface ServedFile {
  readonly key: string;
  readonly filename: string;
  readonly contentType: string;
  readonly sha256: string;
  readonly bytes: number;
}

/** Long enough for a client to follow the redirect; a download that has begun goes on after it. */
const LINK_SECONDS = 300;

/**
 * Answers GET or HEAD for a stored file, in a range and under conditions if the request asks so; a plain download is sent
 * to the store where that gives links. Throws `artifact-expired` when it is gone, `store-unavailable`.
 */
export async function serveStored(
  request: Pick<Request, "method" | "headers" | "signal">,
  store: Store,
  file: ServedFile,
  { download }: { readonly download: boolean },
): Promise<Response> {
  const etag = `"${file.sha256}"`;
  const headers = new Headers({
    ETag: etag,
    "Accept-Ranges": "bytes",
    // Private: the next caller may not be allowed to see it. Kept, but asked for again: it may have expired.
    "Cache-Control": "private, no-cache",
    "X-Content-Type-Options": "nosniff",
  });
  const conditions = evaluateConditions(request.headers, etag);
  if (conditions.status === "failed") return new Response(null, { status: 412, headers });
  if (conditions.status === "not-modified") return new Response(null, { status: 304, headers });

  const range = conditions.range === null ? null : readRange(conditions.range, file.bytes);
  if (range === "outside") {
    headers.set("Content-Range", `bytes */${file.bytes}`);
    return new Response(null, { status: 416, headers });
  }
  const status = range === null ? 200 : 206;
  if (range !== null) headers.set("Content-Range", `bytes ${range.start}-${range.end}/${file.bytes}`);
  headers.set("Content-Length", String(range === null ? file.bytes : range.end - range.start + 1));
  headers.set("Content-Type", file.contentType);
  headers.set("Content-Disposition", contentDisposition(download ? "attachment" : "inline", file.filename));
  if (request.method === "HEAD") {
    if ((await store.stat(file.key)) === null) throw expired(null);
    return new Response(null, { status, headers });
  }
  const link = download && range === null ? await linkTo(store, file) : null;
  if (link !== null) return redirect(link);
  return new Response(await store.open(file.key, range, request.signal), { status, headers });
}

async function linkTo(store: Store, { key, filename, contentType }: ServedFile): Promise<string | null> {
  const link = await store.presign(key, { filename, contentType, seconds: LINK_SECONDS });
  if (link !== null && (await store.stat(key)) === null) throw expired(null);
  return link;
}

function redirect(link: string): Response {
  const headers = { Location: link, "Cache-Control": "private, no-store", "Referrer-Policy": "no-referrer" };
  return new Response(null, { status: 302, headers });
}

/** The bytes that a single range names (RFC 9110, section 14.1.2); null for all of them. */
function readRange(range: string, bytes: number): ByteRange | "outside" | null {
  const [, first = "", last = ""] = /^bytes=(\d*)-(\d*)$/i.exec(range) ?? [];
  if (first === "") {
    const suffix = Number(last);
    if (suffix === 0) return "outside";
    return suffix >= bytes ? null : { start: bytes - suffix, end: bytes - 1 };
  }
  const start = Number(first);
  if (start >= bytes) return "outside";
  const end = last === "" ? bytes - 1 : Math.min(Number(last), bytes - 1);
  // A range that ends before it begins is no range at all.
  return end < start ? null : { start, end };
}

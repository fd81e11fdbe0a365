import { extname } from "node:path";

import { isUtf8MimeType, mime } from "@fastify/send";

/** Types that the library does not know, or that browsers want otherwise. */
const TYPES: Readonly<Record<string, string>> = {
  ".3dl": "text/plain",
  ".aac": "audio/aac",
  ".basis": "application/octet-stream",
  ".cjs": "text/javascript",
  ".cube": "text/plain",
  ".flac": "audio/flac",
  ".hdr": "image/vnd.radiance",
  ".js": "text/javascript",
  ".jxl": "image/jxl",
  ".lottie": "application/zip",
  ".m4v": "video/mp4",
  ".mjs": "text/javascript",
  ".webmanifest": "application/manifest+json",
};

/** The Content-Type of a file by its name. Text is UTF-8. */
export function contentTypeOf(path: string): string {
  const type = TYPES[extname(path).toLowerCase()] ?? mime.getType(path) ?? "application/octet-stream";
  return isUtf8MimeType(type) || type === "application/json" ? `${type}; charset=utf-8` : type;
}

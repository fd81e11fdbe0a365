import { createHash } from "node:crypto";
import { writeFile } from "node:fs/promises";
import path from "node:path";

import { asDiskFull } from "../disk-full.ts";

/** The bytes of a `data:` URL (RFC 2397); null where it is malformed. */
function dataOf(url: string): Buffer | null {
  const comma = url.indexOf(",");
  if (comma === -1) return null;
  const [head, body] = [url.slice(0, comma), url.slice(comma + 1)];
  try {
    const text = decodeURIComponent(body);
    return Buffer.from(text, /;\s*base64\s*$/i.test(head) ? "base64" : "latin1");
  } catch {
    // Not what a URL may hold.
    return null;
  }
}

/** Writes what a `data:` URL holds to a file of a folder; null where it is malformed. @throws ProblemError `disk-full` */
async function writeData(url: string, dir: string): Promise<string | null> {
  const data = dataOf(url);
  if (data === null) return null;
  const file = path.join(dir, `data-${createHash("sha256").update(data).digest("hex")}`);
  await writeFile(file, data).catch((error: unknown) => {
    throw asDiskFull(error);
  });
  return file;
}

/** Finds the file that an address of a page leads to, by the project's files or, for `data:` URLs, by writing one. */
export function mediaFiles(
  fileOf: (url: URL) => Promise<string | null>,
  scratchDir: string,
): (src: string) => Promise<string | null> {
  return async (src) => {
    if (src.startsWith("data:")) return writeData(src, scratchDir);
    const url = URL.parse(src);
    return url === null ? null : fileOf(url);
  };
}

import { isAbsolute, resolve } from "node:path";
import { fileURLToPath } from "node:url";

/** Where a store keeps its files. */
export type StoreLocation =
  | { readonly kind: "folder"; readonly dir: string }
  /** The prefix is empty, or ends with a slash. */
  | { readonly kind: "s3"; readonly bucket: string; readonly prefix: string };

const S3 = /^s3:\/\/([A-Za-z0-9][A-Za-z0-9._-]{1,61}[A-Za-z0-9])(?:\/([A-Za-z0-9_.\-/]*))?$/;

/** Reads `s3://bucket/prefix` or `file:///folder`; null for anything else. */
export function parseStoreUrl(text: string): StoreLocation | null {
  const [, bucket, path = ""] = S3.exec(text) ?? [];
  if (bucket !== undefined) {
    const segments = path.split("/").filter((segment) => segment !== "");
    const isPlain = !segments.some((segment) => segment === "." || segment === "..");
    return isPlain ? { kind: "s3", bucket, prefix: segments.map((segment) => `${segment}/`).join("") } : null;
  }
  if (!text.startsWith("file:///") || !URL.canParse(text)) return null;
  const dir = decodedPath(text);
  return dir !== null && isAbsolute(dir) ? { kind: "folder", dir: resolve(dir) } : null;
}

/** The path of a file URL; null when it is encoded wrongly. */
function decodedPath(url: string): string | null {
  try {
    return fileURLToPath(url);
  } catch {
    // Every way to be wrong comes to the same complaint, which names the form that is expected.
    return null;
  }
}

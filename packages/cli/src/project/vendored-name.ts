import { createHash } from "node:crypto";

/** The project's folder for what its page asks of CDNs. */
export const VENDORED = "framewright.libraries";

const MAX_NAME_LENGTH = 120;

/** The file for a URL: in a folder for its host, by its path; what of the URL no file's name can say is hashed. */
export function vendoredName(url: string): string {
  const { hostname, pathname } = new URL(url);
  const path = decodeURI(pathname).slice(1);
  const name = path.replaceAll("/", "+").replaceAll(/[^\w@.+-]/g, "_");
  const isPlain =
    name !== "" &&
    !path.includes("+") &&
    name.length <= MAX_NAME_LENGTH &&
    url === `https://${hostname}/${path}`;
  if (isPlain) return `${hostname}/${name}`;
  const hash = createHash("sha256").update(url).digest("hex").slice(0, 12);
  return `${hostname}/${hash}+${name.slice(-MAX_NAME_LENGTH)}`;
}

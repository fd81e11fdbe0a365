import { cdnjs } from "./cdnjs.ts";
import { fontFile, fontSheet } from "./google-fonts.ts";
import { type LibraryRequest, unknown, type UrlReader } from "./library-request.ts";
import { esmSh, moduleHost } from "./module-hosts.ts";
import { jsdelivr, jspm, unpkg } from "./npm-hosts.ts";
import { SINGLE_HOSTS } from "./single-hosts.ts";

/** The hosts that are answered here, and how their URLs are read. */
const HOSTS: Readonly<Record<string, UrlReader>> = {
  "cdn.jsdelivr.net": jsdelivr,
  "fastly.jsdelivr.net": jsdelivr,
  "gcore.jsdelivr.net": jsdelivr,
  "testingcf.jsdelivr.net": jsdelivr,
  "unpkg.com": unpkg,
  "www.unpkg.com": unpkg,
  "npmcdn.com": unpkg,
  "cdnjs.cloudflare.com": cdnjs,
  "ajax.googleapis.com": cdnjs,
  "cdn.bootcdn.net": cdnjs,
  "cdn.bootcss.com": cdnjs,
  "cdn.staticfile.org": cdnjs,
  "esm.sh": esmSh,
  "esm.run": moduleHost,
  "esm.unpkg.com": moduleHost,
  "cdn.skypack.dev": moduleHost,
  "jspm.dev": jspm,
  "ga.jspm.io": jspm,
  "fonts.googleapis.com": fontSheet,
  "fonts.bunny.net": fontSheet,
  "fonts.gstatic.com": fontFile,
  ...SINGLE_HOSTS,
};

/** Whether a host serves packages of npm, or what is made of them. */
export function isLibraryHost(host: string): boolean {
  return Object.hasOwn(HOSTS, host);
}

/** What a URL of such a host asks for. */
export function readUrl(url: URL): LibraryRequest {
  const read = HOSTS[url.hostname];
  try {
    return read?.(url) ?? unknown();
  } catch (error) {
    // A path that cannot be decoded.
    if (error instanceof URIError) return unknown("Correct the address.");
    throw error;
  }
}

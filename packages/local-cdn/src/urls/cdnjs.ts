import { npmNames } from "./cdnjs-names.ts";
import { type FileRequest, type LibraryRequest, unknown } from "./library-request.ts";

/** `…/ajax/libs/<library>/<version>/<path>`, as cdnjs has it, and hosts that are laid out alike. */
const PATH = /^\/(?:ajax\/libs\/)?(?<library>[^/]+)\/(?<version>[^/]+)\/(?<path>.+)$/;

/** Of three.js, cdnjs counts the revisions only. */
function npmVersion(name: string, version: string): string {
  const revision =
    /^r(\d+)$/.exec(version)?.[1] ?? (name === "three" ? /^(\d+)$/.exec(version)?.[1] : undefined);
  return revision === undefined ? version.replace(/^v(?=\d)/, "") : `0.${revision}.0`;
}

/** https://cdnjs.com */
export function cdnjs(url: URL): LibraryRequest {
  const { library, version = "", path = "" } = PATH.exec(decodeURI(url.pathname))?.groups ?? {};
  if (library === undefined) return unknown("Name a library with its version and a file.");
  return cdnjsFile(library, version, path);
}

/** A file of a library by the names of cdnjs. */
export function cdnjsFile(library: string, version: string, path: string): FileRequest {
  const { name, aliases } = npmNames(library);
  // Up to version 4 the package had the name that the library kept.
  const isOldIcons = name === "@fortawesome/fontawesome-free" && /^[0-4]\./.test(version);
  return {
    kind: "file",
    name: isOldIcons ? "font-awesome" : name,
    range: npmVersion(name, version),
    path,
    mainFields: [],
    isLoose: true,
    aliases,
  };
}

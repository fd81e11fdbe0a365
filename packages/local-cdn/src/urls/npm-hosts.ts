import { unknown, type LibraryRequest } from "./library-request.ts";
import { moduleRequest } from "./module-request.ts";
import { fileRequest, MAIN_FIELDS, parsePackagePath } from "./package-spec.ts";

/** How jsDelivr marks that it is to make an ES module of a package. */
const MODULE_MARK = /(?:^|\/)\+esm$/;

/** https://www.jsdelivr.com/documentation */
export function jsdelivr(url: URL): LibraryRequest {
  const [, kind = "", rest = ""] = /^\/(npm|combine)\/(.+)$/.exec(url.pathname) ?? [];
  if (kind === "combine" || rest.includes(",")) return combined(rest, kind);
  const spec = kind === "npm" ? parsePackagePath(rest) : null;
  if (spec === null)
    return unknown("Ship the file with the project; of this host, packages of npm (/npm/…) are served only.");
  if (!MODULE_MARK.test(spec.path)) return fileRequest(spec, spec.path);
  const subpath = spec.path.replace(MODULE_MARK, "");
  const address = (name: string, version: string, sub: string): string =>
    `${url.origin}/npm/${name}@${version}${sub === "" ? "" : `/${sub}`}/+esm`;
  return moduleRequest(spec, { subpath, address, url });
}

function combined(rest: string, kind: string): LibraryRequest {
  const parts = rest.split(",").map((part) => {
    const spec = parsePackagePath(kind === "combine" ? part.replace(/^npm\//, "") : part);
    return spec === null || part.startsWith("gh/") ? null : fileRequest(spec, spec.path);
  });
  const known = parts.filter((part) => part !== null);
  return known.length === parts.length
    ? { kind: "combined", parts: known }
    : unknown("Combine packages of npm only.");
}

/** https://unpkg.com */
export function unpkg(url: URL): LibraryRequest {
  const spec = parsePackagePath(url.pathname.slice(1));
  if (spec === null || url.searchParams.has("meta") || spec.path.endsWith("/"))
    return unknown("Name a file of a package.");
  if (!url.searchParams.has("module")) return fileRequest(spec, spec.path, { mainFields: MAIN_FIELDS.unpkg });
  const address = (name: string, version: string, sub: string): string =>
    `${url.origin}/${name}@${version}${sub === "" ? "" : `/${sub}`}?module`;
  return moduleRequest(spec, { subpath: spec.path, address, url });
}

/** https://jspm.org: `npm:name@version/path`, ES modules all of them. */
export function jspm(url: URL): LibraryRequest {
  const spec = parsePackagePath(url.pathname.slice(1).replace(/^npm:/, ""));
  if (spec === null) return unknown("Name a package of npm (npm:name@version).");
  const address = (name: string, version: string, sub: string): string =>
    `${url.origin}/npm:${name}@${version}${sub === "" ? "" : `/${sub}`}`;
  return moduleRequest(spec, { subpath: spec.path, address, url });
}

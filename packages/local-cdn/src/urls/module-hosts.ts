import { type LibraryRequest, type ModuleRequest, unknown } from "./library-request.ts";
import { moduleRequest } from "./module-request.ts";
import { fileRequest, parsePackagePath } from "./package-spec.ts";

/** Of the module that a package's URLs lead to, in the paths of this service. */
const CANONICAL = /(?:^|\/)\+esm$/;
/** Releases of the host's own builder, which do not matter here. */
const BUILDER = /^\/(?:stable|v\d+)\//;
/** A build for a target: `es2022/react.mjs`, `es2022/client.bundle.mjs`. */
const BUILT =
  /^(?:X-[^/]+\/)?(?:es20\d\d|esnext|deno|denonext|node)\/(?<part>.+?)(?:\.bundle|\.development)*\.m?js$/;
/** Files that are given as they are. */
const RAW = /\.(?:css|json|wasm|svg|png|woff2?|ttf|otf|txt|md|map|glsl|html)$/;

/** https://esm.sh */
export function esmSh(url: URL): LibraryRequest {
  const path = url.pathname.replace(BUILDER, "/").slice(1);
  const isBare = path.startsWith("*");
  const spec = /^(?:gh|jsr|pr|gist)\//.test(path) ? null : parsePackagePath(path.replace(/^\*/, ""));
  if (spec === null) return unknown("Name a package of npm, as in https://esm.sh/d3@7.");
  const own = spec.path.replace(CANONICAL, "");
  if (RAW.test(own) || url.searchParams.has("raw")) return fileRequest(spec, own);
  const query = isBare ? withExternal(url) : url;
  return moduleRequest(spec, {
    subpath: builtPart(own, spec.name),
    url: query,
    address: canonicalAt(url.origin),
  });
}

/** The part of a package that a built file is made of; a file that is named for the package is all of it. */
function builtPart(path: string, name: string): string {
  const part = BUILT.exec(path)?.groups?.["part"];
  if (part === undefined) return path;
  return part === name.split("/").at(-1) || part === "index" ? "" : part;
}

function withExternal(url: URL): URL {
  const copy = new URL(url);
  copy.searchParams.set("external", "*");
  return copy;
}

/** Hosts that make ES modules and have no address of their own for an exact one. */
export function moduleHost(url: URL): LibraryRequest {
  const spec = parsePackagePath(url.pathname.slice(1));
  if (spec === null || spec.path.startsWith("-")) return unknown("Name a package of npm with its version.");
  const subpath = spec.path.replace(CANONICAL, "");
  return moduleRequest(spec, { subpath, url, address: canonicalAt(url.origin) });
}

function canonicalAt(origin: string): ModuleRequest["address"] {
  return (name, version, sub) => `${origin}/${name}@${version}${sub === "" ? "" : `/${sub}`}/+esm`;
}

import { valid } from "semver";

import type { ModuleRequest, PackageSpec } from "./library-request.ts";
import { parsePackagePath } from "./package-spec.ts";

interface ModulePlace {
  readonly subpath: string;
  readonly url: URL;
  readonly address: ModuleRequest["address"];
}

const list = (text: string | null): string[] => (text ?? "").split(",").filter((item) => item !== "");

/** A request for an ES module, with what its query says of dependencies. */
export function moduleRequest(
  { name, range }: PackageSpec,
  { subpath, url, address }: ModulePlace,
): ModuleRequest {
  const pinned = list(url.searchParams.get("deps")).flatMap((dep) => parsePackagePath(dep) ?? []);
  const external = list(url.searchParams.get("external"));
  const query = keptQuery(url);
  const withQuery: ModuleRequest["address"] = (...module) => {
    const plain = address(...module);
    return query === "" ? plain : `${plain}${plain.includes("?") ? "&" : "?"}${query}`;
  };
  return {
    kind: "module",
    name,
    range,
    subpath,
    pinned: Object.fromEntries(pinned.map((dep) => [dep.name, dep.range])),
    external,
    isCanonical: valid(range) !== null && url.href === withQuery(name, range, subpath),
    address: withQuery,
  };
}

/** What the dependencies of a module must be asked for with, too. */
function keptQuery({ searchParams }: URL): string {
  return ["deps", "external"]
    .flatMap((key) => (searchParams.get(key) ? [`${key}=${searchParams.get(key)}`] : []))
    .join("&");
}

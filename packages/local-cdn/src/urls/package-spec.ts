import type { FileRequest, PackageSpec } from "./library-request.ts";

/** What the registry takes for a name; an old package may have capitals. */
const SPEC =
  /^(?<name>(?:@[a-z0-9~-][a-z0-9._~-]*\/)?[a-z0-9~-][a-z0-9._~-]*)(?:@(?<range>[^/]*))?(?:\/(?<path>.*))?$/i;

const MAX_NAME_LENGTH = 214;

/** Reads `name@range/path` as a CDN has it in its URLs, decoded; null when it names no package. */
export function parsePackagePath(text: string): (PackageSpec & { readonly path: string }) | null {
  const decoded = decode(text);
  const { name, range = "", path = "" } = (decoded === null ? null : SPEC.exec(decoded))?.groups ?? {};
  if (name === undefined || name.length > MAX_NAME_LENGTH) return null;
  return { name, range: range === "" ? "*" : range, path };
}

function decode(text: string): string | null {
  try {
    return decodeURIComponent(text);
  } catch {
    return null;
  }
}

/** The file that a package names as its own for CDNs, the first of these. */
const JSDELIVR_FIELDS = ["jsdelivr", "unpkg", "browser", "main"] as const;
const UNPKG_FIELDS = ["unpkg", "main"] as const;
export const MAIN_FIELDS = { jsdelivr: JSDELIVR_FIELDS, unpkg: UNPKG_FIELDS } as const;

export function fileRequest(
  spec: PackageSpec,
  path: string,
  more: Partial<Pick<FileRequest, "mainFields" | "isLoose" | "aliases">> = {},
): FileRequest {
  const { name, range } = spec;
  return {
    kind: "file",
    name,
    range,
    path,
    mainFields: JSDELIVR_FIELDS,
    isLoose: false,
    aliases: [],
    ...more,
  };
}

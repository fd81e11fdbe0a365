import type { PackageFiles } from "../packages/package-files.ts";
import type { ModuleRequest } from "../urls/library-request.ts";
import { bundleModule, type ResolveVersion } from "./bundle-module.ts";
import type { Made } from "./served-file.ts";

/**
 * The answer to a request for an ES module: under its own address the module, under any other one that leads there, so
 * that a page that names a range and a dependency that names a version get the same one.
 */
export async function moduleOf(
  files: PackageFiles,
  request: ModuleRequest,
  resolveVersion: ResolveVersion,
): Promise<Made> {
  const { text, exports } = await bundleModule(files, request, resolveVersion);
  const made = (contents: string): Made => ({
    bytes: Buffer.from(contents),
    filename: "module.js",
    packages: [files],
  });
  const isOwn = request.isCanonical && request.range === files.version;
  if (isOwn) return made(text);
  const url = JSON.stringify(request.address(files.name, files.version, request.subpath));
  const lines = [`export * from ${url};`];
  if (exports.includes("default")) lines.push(`export { default } from ${url};`);
  return made(lines.join("\n"));
}

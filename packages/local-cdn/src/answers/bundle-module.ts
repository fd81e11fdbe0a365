import { builtinModules } from "node:module";
import { join, sep } from "node:path";

import { build, type BuildOptions, type BuildResult, type OnResolveArgs, type Plugin } from "esbuild";

import { LibraryFault } from "../library-fault.ts";
import { type Manifest, type PackageFiles, readManifest } from "../packages/package-files.ts";
import type { ModuleRequest, PackageSpec } from "../urls/library-request.ts";
import { parsePackagePath } from "../urls/package-spec.ts";
import { namesOf } from "./cjs-names.ts";

export interface BundledModule {
  readonly text: string;
  readonly exports: readonly string[];
}

/** Chooses the version of a dependency. */
export type ResolveVersion = (spec: PackageSpec) => Promise<string>;

/** What stands in for modules of Node that a page does not have; others are empty. */
const FOR_PAGES: Readonly<Record<string, string>> = {
  assert: "assert",
  buffer: "buffer",
  events: "events",
  path: "path-browserify",
  process: "process",
  punycode: "punycode",
  stream: "stream-browserify",
  url: "url",
  util: "util",
};

/** A dependency that CommonJS code requires: a namespace, of which it wants what CommonJS exports. */
const REQUIRED = "framewright-required";
const EMPTY = "framewright-empty";
const OWN = "framewright-own";

const SETTINGS = {
  bundle: true,
  write: false,
  metafile: true,
  minify: true,
  format: "esm",
  platform: "browser",
  target: "es2022",
  charset: "utf8",
  legalComments: "none",
  logLevel: "silent",
  conditions: ["browser", "module", "production"],
  define: { "process.env.NODE_ENV": '"production"', global: "globalThis" },
  loader: { ".css": "empty", ".svg": "dataurl", ".png": "dataurl", ".wasm": "binary", ".woff2": "dataurl" },
} as const satisfies BuildOptions;

/**
 * Makes one ES module of a package or a part of it. What it imports from other packages stays an import, from the same
 * host and of an exact version, so that a page has each package once.
 * @throws LibraryFault `library-unknown-file`, `library-unusable`
 */
export async function bundleModule(
  files: PackageFiles,
  request: ModuleRequest,
  resolveVersion: ResolveVersion,
): Promise<BundledModule> {
  const manifest = await readManifest(files.dir);
  const plugin = packagePlugin(files, manifest, request, resolveVersion);
  const first = await bundle(files, request, { ...SETTINGS, plugins: [plugin], ...entryOf(files, request) });
  const [output] = Object.entries(first.metafile?.outputs ?? {});
  const entry = output?.[1].entryPoint;
  const source = entry === undefined ? undefined : first.metafile?.inputs[entry];
  if (entry === undefined || source?.format !== "cjs")
    return { text: textOf(first), exports: output?.[1].exports ?? [] };
  const file = join(files.importFrom, entry);
  return bundleCommonJs(files, request, plugin, file);
}

/** CommonJS has one export; its names are given as well, as far as they can be told. */
async function bundleCommonJs(
  files: PackageFiles,
  request: ModuleRequest,
  plugin: Plugin,
  file: string,
): Promise<BundledModule> {
  const names = (await namesOf(file, files.dir)).filter((name) => /^[\p{L}_$][\p{L}\p{N}_$]*$/u.test(name));
  const path = JSON.stringify(file);
  const contents = [
    `import whole from ${path};`,
    `const all = whole;`,
    `const own = whole && whole.__esModule && "default" in whole ? whole.default : whole;`,
    `export { own as default, all as "module.exports" };`,
    ...names.map((name, index) => `const n${index} = whole.${name}; export { n${index} as ${name} };`),
  ].join("\n");
  // As an import from a file of Node is read: what CommonJS exports, whole.
  const stdin = { contents, resolveDir: files.importFrom, sourcefile: "entry.mjs", loader: "js" } as const;
  const result = await bundle(files, request, { ...SETTINGS, plugins: [plugin], stdin });
  return { text: textOf(result), exports: ["default", ...names] };
}

function entryOf({ importFrom, specifier }: PackageFiles, { subpath }: ModuleRequest): BuildOptions {
  return { entryPoints: [subpath === "" ? specifier : `${specifier}/${subpath}`], absWorkingDir: importFrom };
}

function textOf({ outputFiles }: BuildResult): string {
  return outputFiles?.find(({ path }) => !path.endsWith(".css"))?.text ?? "";
}

async function bundle(
  files: PackageFiles,
  request: ModuleRequest,
  options: BuildOptions,
): Promise<BuildResult> {
  try {
    return await build({ absWorkingDir: files.importFrom, outdir: files.importFrom, ...options });
  } catch (cause) {
    throw faultOf(cause, files, request);
  }
}

interface BuildError {
  readonly text: string;
  readonly detail: unknown;
}

function errorsOf(cause: unknown): readonly BuildError[] {
  return cause instanceof Error && "errors" in cause && Array.isArray(cause.errors) ? cause.errors : [];
}

/** What kept a module from being made: a dependency that is not to be had, or the package itself. */
function faultOf(
  cause: unknown,
  { name, version, importFrom }: PackageFiles,
  { subpath }: ModuleRequest,
): LibraryFault {
  const errors = errorsOf(cause);
  const fault = errors.map(({ detail }) => detail).find((detail) => detail instanceof LibraryFault);
  if (fault) return fault;
  const why = errors[0]?.text.replaceAll(importFrom, "") ?? "it failed";
  const what = `No ES module can be made of ${[`${name}@${version}`, subpath].filter(Boolean).join("/")}: ${why}.`;
  return why.startsWith("Could not resolve")
    ? new LibraryFault("library-unknown-file", what, "Correct the path in the URL.", { cause })
    : new LibraryFault("library-unusable", what, "Use a file of the package that runs in pages.", { cause });
}

function packagePlugin(
  { dir, name, version }: PackageFiles,
  { dependencies, peerDependencies, optionalDependencies }: Manifest,
  { address, pinned, external }: ModuleRequest,
  resolveVersion: ResolveVersion,
): Plugin {
  const ranges: Record<string, string> = {
    ...optionalDependencies,
    ...peerDependencies,
    ...dependencies,
    ...pinned,
  };
  const locate = async (specifier: string): Promise<string> => {
    const spec = parsePackagePath(specifier);
    if (spec === null) throw new Error(`${specifier} names no package`);
    if (spec.name === name) return address(name, version, spec.path);
    const named = ranges[spec.name] ?? "*";
    const [, alias = spec.name, range = named] = /^npm:((?:@[^/]+\/)?[^@]+)@?(.*)$/.exec(named) ?? [];
    const wanted = { name: alias, range: range || "*" };
    return address(alias, await resolveVersion(wanted), spec.path);
  };
  const resolveBare = async ({ path, kind }: OnResolveArgs) => {
    const plain = path.replace(/^node:/, "");
    const isNode = builtinModules.includes(plain) && ranges[plain] === undefined;
    if (isNode && FOR_PAGES[plain] === undefined) return { path, namespace: EMPTY };
    const url = isExternal(external, path) ? path : await locate(isNode ? (FOR_PAGES[plain] ?? plain) : path);
    if (kind === "require-call") return { path: url, namespace: REQUIRED };
    return { path: url, external: true };
  };
  return {
    name: "packages",
    setup(making) {
      making.onResolve({ filter: /^[^./#]/ }, async (args) => {
        if (args.kind === "entry-point" || args.path.startsWith(dir)) return undefined;
        if (args.namespace === REQUIRED) return { path: args.path, namespace: OWN };
        if (/^(?:data|https?):/.test(args.path)) return { path: args.path, external: true };
        try {
          return await resolveBare(args);
        } catch (error) {
          return {
            errors: [{ text: error instanceof Error ? error.message : String(error), detail: error }],
          };
        }
      });
      making.onLoad({ filter: /.*/, namespace: EMPTY }, () => ({ contents: "module.exports = {};" }));
      making.onLoad({ filter: /.*/, namespace: REQUIRED }, ({ path }) => ({
        contents: `const { all } = require(${JSON.stringify(path)}); module.exports = "module.exports" in all ? all["module.exports"] : all;`,
      }));
      making.onLoad({ filter: /.*/, namespace: OWN }, ({ path }) => ({
        contents: `import * as all from ${JSON.stringify(path)}; export { all };`,
      }));
      // A package is somebody else's: it is not to read what lies beside it.
      making.onLoad({ filter: /.*/, namespace: "file" }, ({ path }) =>
        path.startsWith(dir + sep)
          ? undefined
          : { errors: [{ text: "it asks for a file outside of the package" }] },
      );
    },
  };
}

function isExternal(external: readonly string[], path: string): boolean {
  return external.some((each) => each === "*" || each === path || path.startsWith(`${each}/`));
}

import { LibraryFault } from "../library-fault.ts";
import type { PackageSpec } from "../urls/library-request.ts";
import type { PackageCache } from "./package-cache.ts";
import { packageAt, type PackageFiles } from "./package-files.ts";
import { pickVersion, type Registry, tarballOf } from "./registry.ts";
import { exactVersion, fits, newest, standIn } from "./versions.ts";

export interface PackageSources {
  /** The project's folder. */
  readonly projectDir: string;
  readonly shelf: readonly PackageFiles[];
  readonly mode: "registry" | "shelf" | "off";
  /** Null where packages are taken from project and shelf alone. */
  readonly registry: { readonly registry: Registry; readonly cache: PackageCache } | null;
}

export interface FoundPackage {
  readonly files: PackageFiles;
  /** Why this version stands in for the one that was asked for; null when it is the one. */
  readonly standsInFor: LibraryFault | null;
}

const best = (packages: readonly PackageFiles[], range: string): PackageFiles | null => {
  const fitting = packages.filter(({ version }) => fits(version, range));
  const version = newest(
    fitting.map((each) => each.version),
    range,
  );
  return fitting.find((each) => each.version === version) ?? null;
};

/** What is at hand without asking anybody: the project's own first. */
async function atHand({ projectDir, shelf }: PackageSources, name: string): Promise<PackageFiles[][]> {
  const own = await packageAt(projectDir, name, "project");
  return [own?.name === name ? [own] : [], shelf.filter((each) => each.name === name)];
}

/**
 * Finds a package: in the project, on the shelf, in the registry; else a version that may stand in for it.
 * @throws LibraryFault
 */
export async function findPackage(spec: PackageSpec, sources: PackageSources): Promise<FoundPackage> {
  const { name, range } = spec;
  const near = await atHand(sources, name);
  for (const packages of near) {
    const files = best(packages, range);
    if (files) return { files, standsInFor: null };
  }
  try {
    return { files: await fromRegistry(spec, sources), standsInFor: null };
  } catch (error) {
    if (!(error instanceof LibraryFault)) throw error;
    const files = await standInFor(spec, near.flat(), sources);
    if (files === null) throw error;
    return { files, standsInFor: error };
  }
}

type Online = NonNullable<PackageSources["registry"]>;

async function fromRegistry(spec: PackageSpec, sources: PackageSources): Promise<PackageFiles> {
  const online = requireOnline(spec, sources);
  const { name } = spec;
  const version = await chooseVersion(spec, online);
  const kept = await online.cache.find(name, version);
  if (kept) return kept;
  const tarball = tarballOf(await online.registry.packument(name), version);
  if (tarball === null) throw unknownVersion(name, version);
  return online.cache.add(name, version, await online.registry.tarball(name, tarball));
}

/** The version that the registry means; while it is away, the newest one that was fetched before. */
async function chooseVersion({ name, range }: PackageSpec, { registry, cache }: Online): Promise<string> {
  const exact = exactVersion(range);
  if (exact !== null) return exact;
  try {
    const version = pickVersion(await registry.packument(name), range);
    if (version !== null) return version;
  } catch (error) {
    const kept = newest(await cache.versions(name), range);
    if (kept === null) throw error;
    return kept;
  }
  throw unknownVersion(name, range);
}

/** The version that a dependency gets, without fetching it. @throws LibraryFault */
export async function resolveVersion(spec: PackageSpec, sources: PackageSources): Promise<string> {
  for (const packages of await atHand(sources, spec.name)) {
    const files = best(packages, spec.range);
    if (files) return files.version;
  }
  return exactVersion(spec.range) ?? chooseVersion(spec, requireOnline(spec, sources));
}

function requireOnline({ name, range }: PackageSpec, { registry, shelf, mode }: PackageSources): Online {
  if (mode === "off") throw off();
  if (registry === null) throw notOnShelf(name, range, shelf);
  return registry;
}

async function standInFor(
  { name, range }: PackageSpec,
  near: readonly PackageFiles[],
  sources: PackageSources,
): Promise<PackageFiles | null> {
  const closest = (packages: readonly string[]): string | null => standIn(packages, range);
  const online = sources.registry;
  const cached = online ? await online.cache.versions(name) : [];
  const offered = online ? await versionsOffered(name, online.registry) : [];
  const version = closest([...near.map((each) => each.version), ...cached, ...offered]);
  if (version === null) return null;
  const here = near.find((each) => each.version === version) ?? (await online?.cache.find(name, version));
  return here ?? fromRegistry({ name, range: version }, sources).catch(() => null);
}

/** Of a registry that cannot tell, none: why it cannot is known already. */
async function versionsOffered(name: string, registry: Registry): Promise<string[]> {
  return registry.packument(name).then(
    ({ versions }) => Object.keys(versions),
    () => [],
  );
}

function unknownVersion(name: string, range: string): LibraryFault {
  return new LibraryFault(
    "library-unknown-version",
    `The npm registry has no version ${range} of ${name}.`,
    "Correct the version in the URL.",
  );
}

function notOnShelf(name: string, range: string, shelf: readonly PackageFiles[]): LibraryFault {
  const there = shelf.filter((each) => each.name === name).map(({ version }) => version);
  const has = there.length === 0 ? `has no ${name}` : `has ${name} ${there.join(" and ")}, not ${range}`;
  return new LibraryFault(
    "library-not-on-shelf",
    `PRODUCER_LIBRARIES=shelf: the shelf ${has}.`,
    "Set PRODUCER_LIBRARIES=registry, run `framewright vendor` where that is set, or ship the file with the project.",
  );
}

function off(): LibraryFault {
  return new LibraryFault(
    "library-off",
    "PRODUCER_LIBRARIES=off: a page gets what its project brings, and nothing in place of CDNs.",
    "Set PRODUCER_LIBRARIES=registry or shelf, run `framewright vendor` where that is set, or ship the file with the project.",
  );
}

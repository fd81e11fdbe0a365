import { createRequire } from "node:module";
import { dirname, join } from "node:path";

import { packageAt, type PackageFiles, readManifest } from "./package-files.ts";

/** The packages that are installed with the service, by their folders. */
const SHELF = [
  "@fontsource-variable/dm-sans",
  "@fontsource-variable/inter",
  "@fontsource-variable/jetbrains-mono",
  "@fontsource-variable/montserrat",
  "@fontsource-variable/open-sans",
  "@fontsource-variable/oswald",
  "@fontsource-variable/playfair-display",
  "@fontsource-variable/raleway",
  "@fontsource-variable/roboto",
  "@fontsource-variable/space-grotesk",
  "@fontsource/bebas-neue",
  "@fontsource/lato",
  "@fontsource/poppins",
  "@fontsource/space-mono",
  "animejs",
  "animejs-3",
  "d3",
  "gsap",
  "jquery",
  "lottie-web",
  "topojson-client",
] as const;

let opened: Promise<readonly PackageFiles[]> | undefined;

/** Opens the shelf, once: the dependencies of this package, wherever its code is bundled to. */
export function openShelf(): Promise<readonly PackageFiles[]> {
  opened ??= findAll();
  return opened;
}

async function findAll(): Promise<readonly PackageFiles[]> {
  const require = createRequire(import.meta.url);
  const own = dirname(require.resolve("@framewright/local-cdn/package.json"));
  const found = new Map<string, PackageFiles>();
  await Promise.all(SHELF.map((folder) => add(folder, own, found)));
  return [...found.values()];
}

/** Adds a package with what it depends on, which is installed with it. */
async function add(folder: string, dir: string, found: Map<string, PackageFiles>): Promise<void> {
  const files = await firstAt(parentsOf(dir), folder);
  if (files === null || found.has(files.dir)) return;
  found.set(files.dir, files);
  const { dependencies = {} } = await readManifest(files.dir);
  await Promise.all(Object.keys(dependencies).map((name) => add(name, files.dir, found)));
}

/** The folders whose `node_modules` are looked through for what a package imports. */
function parentsOf(dir: string): string[] {
  return (createRequire(join(dir, "package.json")).resolve.paths("x") ?? []).map(dirname);
}

async function firstAt(parents: readonly string[], folder: string): Promise<PackageFiles | null> {
  for (const parent of parents) {
    const files = await packageAt(parent, folder, "shelf");
    if (files) return files;
  }
  return null;
}

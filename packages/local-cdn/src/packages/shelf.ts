import { createRequire } from "node:module";
import { dirname } from "node:path";

import { packageAt, type PackageFiles } from "./package-files.ts";

/** The packages that are installed with the service, by their folders. */
export const SHELF = [
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
  // Beside the package's own folder, or above it: where its dependencies are depends on the package manager.
  const places = createRequire(`${own}/package.json`).resolve.paths("x") ?? [];
  const found = await Promise.all(SHELF.map((folder) => firstAt(places.map(dirname), folder)));
  return found.filter((files) => files !== null);
}

async function firstAt(parents: readonly string[], folder: string): Promise<PackageFiles | null> {
  for (const parent of parents) {
    const files = await packageAt(parent, folder, "shelf");
    if (files) return files;
  }
  return null;
}

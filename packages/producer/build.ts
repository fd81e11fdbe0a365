import { cp, rm } from "node:fs/promises";
import { fileURLToPath } from "node:url";

import { build, type BuildOptions } from "esbuild";

const at = (path: string): string => fileURLToPath(new URL(path, import.meta.url));

/** What runs in Node: workspace packages are bundled, and so is all else but what is found by name at run time. */
const node: BuildOptions = {
  bundle: true,
  platform: "node",
  target: "node22",
  format: "esm",
  sourcemap: true,
  outdir: at("dist"),
  logLevel: "info",
  // Only used when the page runtime is bundled from source, which the build has done.
  external: ["esbuild"],
  // Libraries in CommonJS call `require` for Node's own modules.
  banner: {
    js: 'import { createRequire as __createRequire } from "node:module"; const require = __createRequire(import.meta.url);',
  },
};

await rm(at("dist"), { recursive: true, force: true });
await Promise.all([
  cp(at("src/postgres/migrations"), at("dist/migrations"), { recursive: true }),
  build({ ...node, entryPoints: { main: at("src/main.ts") } }),
  build({ ...node, entryPoints: { "health-worker": at("src/health/health-worker.ts") } }),
  build({ ...node, entryPoints: { "render-worker": at("src/render-worker.ts") } }),
  build({
    entryPoints: { "page-runtime": at("../engine/src/page/runtime.ts") },
    bundle: true,
    minify: true,
    format: "iife",
    target: "chrome120",
    outdir: at("dist"),
    logLevel: "info",
  }),
]);

import { cp, rm } from "node:fs/promises";
import { fileURLToPath } from "node:url";

import { build, type BuildOptions } from "esbuild";

import { NODE_BUNDLE } from "./bundle.ts";

const at = (path: string): string => fileURLToPath(new URL(path, import.meta.url));

const node: BuildOptions = { ...NODE_BUNDLE, sourcemap: true, outdir: at("dist"), logLevel: "info" };

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

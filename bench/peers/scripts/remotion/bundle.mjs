import { bundle } from "@remotion/bundler";
import { fileURLToPath } from "node:url";

const at = (path) => fileURLToPath(new URL(path, import.meta.url));
await bundle({ entryPoint: at("src/index.jsx"), outDir: at("build") });

// Copies the libraries that the examples use out of node_modules. Plain JavaScript for any Node from 18 on:
// it runs right after an install, before the project's own Node may be linked.
import { copyFile, mkdir } from "node:fs/promises";
import { createRequire } from "node:module";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";

const here = dirname(fileURLToPath(import.meta.url));
const gsap = dirname(createRequire(import.meta.url).resolve("gsap/package.json"));
const target = join(here, "title-card", "lib");

await mkdir(target, { recursive: true });
await copyFile(join(gsap, "dist", "gsap.min.js"), join(target, "gsap.min.js"));

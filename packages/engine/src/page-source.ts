import { readFile } from "node:fs/promises";
import { fileURLToPath } from "node:url";

import type { PageConfig } from "./page-protocol.ts";

let source: Promise<string> | undefined;

/** The page runtime as one script: bundled on the fly when run from source, read from `dist` when built. */
async function readSource(): Promise<string> {
  if (!import.meta.url.endsWith(".ts"))
    return readFile(new URL("./page-runtime.js", import.meta.url), "utf8");
  const { build, stop } = await import("esbuild");
  const { outputFiles } = await build({
    entryPoints: [fileURLToPath(new URL("./page/runtime.ts", import.meta.url))],
    bundle: true,
    minify: true,
    format: "iife",
    target: "chrome120",
    write: false,
  });
  // It would go on as a process of its own.
  await stop();
  return outputFiles[0]?.text ?? "";
}

/** JSON that may stand inside a script element. */
function scriptJson(value: unknown): string {
  return JSON.stringify(value)
    .replaceAll("<", "\\u003c")
    .replaceAll("\u2028", "\\u2028")
    .replaceAll("\u2029", "\\u2029")
    .replace(/[\u0080-\uffff]/g, (char) => `\\u${char.charCodeAt(0).toString(16).padStart(4, "0")}`);
}

/** The page runtime with its configuration, as a script. */
export async function pageScript(config: PageConfig): Promise<string> {
  source ??= readSource();
  return `{const __FRAMEWRIGHT_CONFIG__=${scriptJson(config)};${await source}}`;
}

/** The script element that goes first into every HTML document's head. */
export function pageHeadHtml(script: string): string {
  return `<script>${script.replaceAll("</script", "<\\/script")}</script>`;
}

// render.mjs PROJECT FILE QUALITY: the project says only how large and how long the composition is.
import { renderMedia, selectComposition } from "@remotion/renderer";
import { readFileSync } from "node:fs";
import { availableParallelism } from "node:os";
import { fileURLToPath } from "node:url";

const [project, outputLocation, quality] = process.argv.slice(2);
const html = readFileSync(`${project}/index.html`, "utf8");
const said = (name) => Number(new RegExp(`data-${name}="(\\d+)"`).exec(html)[1]);
const inputProps = { width: said("width"), height: said("height"), seconds: said("duration") };
const common = {
  serveUrl: fileURLToPath(new URL("build", import.meta.url)),
  browserExecutable: process.env.BENCH_BROWSER,
  chromeMode: "headless-shell",
  logLevel: "error",
  inputProps,
};
const composition = await selectComposition({ ...common, id: "cards" });
const draft = quality === "draft" ? { x264Preset: "ultrafast", crf: 28 } : {};
await renderMedia({
  ...common,
  ...draft,
  composition,
  codec: "h264",
  outputLocation,
  overwrite: true,
  concurrency: availableParallelism(),
});
process.exit(0);

import { execFileSync } from "node:child_process";
import { readFile, writeFile } from "node:fs/promises";
import { availableParallelism, cpus, release } from "node:os";
import { fileURLToPath } from "node:url";

import { bars } from "./bars.ts";
import type { Shape } from "./compositions/page.ts";
import { ratioTable, resultTable } from "./report.ts";
import type { Result } from "./result.ts";

const DOCS = fileURLToPath(new URL("../../docs/", import.meta.url));
const [BEGIN, END] = ["<!-- bench:peers begins -->", "<!-- bench:peers ends -->"];

const VERSION_TIMEOUT_MS = 10_000;

function versionOf(program: string): string {
  const said = execFileSync(program, ["-version"], { encoding: "utf8", timeout: VERSION_TIMEOUT_MS });
  return said.split("\n", 1)[0] ?? "";
}

function circumstances({ width, height, seconds }: Shape, results: readonly Result[]): string {
  const rounds = Math.max(...results.map((result) => result.rounds));
  const machine = `${availableParallelism()} cores of ${cpus()[0]?.model ?? "an unknown kind"}, Linux ${release()}`;
  const today = new Date().toISOString().slice(0, 10);
  const programs = `Node ${process.version}, ${versionOf("ffmpeg")}`;
  return `${today}, ${machine}; ${programs}. ${width}×${height}, ${seconds} s at 30 frames a second, the middle of ${rounds} rounds.`;
}

/** Puts the results into docs/performance.md, and their picture beside it. */
export async function writeDocs(results: readonly Result[], shape: Shape): Promise<void> {
  const page = `${DOCS}performance.md`;
  const text = await readFile(page, "utf8");
  const [before, rest] = text.split(BEGIN);
  const after = rest?.split(END)[1];
  if (before === undefined || after === undefined) throw new Error(`${page} has no place for results.`);
  const standard = results.filter(({ quality }) => quality === "standard");
  await writeFile(`${DOCS}performance.svg`, bars(standard, "Frames a second, quality standard"));
  const parts = [
    circumstances(shape, results),
    "![Frames a second of each](performance.svg)",
    ratioTable(results, "standard"),
    ratioTable(results, "draft"),
    resultTable(results),
  ];
  await writeFile(page, `${before}${BEGIN}\n\n${parts.join("\n\n")}\n\n${END}${after}`);
}

// Renders the same compositions by this service and by its peers in turn, and compares time, memory, size and likeness to
// lossless frames: `pnpm bench:peers --only cards --rounds 1`. `--set-up` installs the peers first, into `--peers`, which
// needs the network; `--write` puts the results into docs/performance.md. Nothing else should run on the machine.
import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { homedir, tmpdir } from "node:os";
import { basename, join } from "node:path";
import { parseArgs } from "node:util";

import { findOnPath } from "../packages/engine/src/find-on-path.ts";
import { COMPOSITIONS, writeComposition } from "./peers/compositions/all.ts";
import { type Contender, contenders } from "./peers/contenders.ts";
import { writeLossless } from "./peers/lossless.ts";
import { likenessOf } from "./peers/quality.ts";
import { renderOnce, type Run } from "./peers/render-once.ts";
import { ratioTable, resultTable } from "./peers/report.ts";
import { middle, type Result } from "./peers/result.ts";
import { setUp } from "./peers/set-up.ts";
import { writeDocs } from "./peers/write-docs.ts";

const FPS = 30;

const { values } = parseArgs({
  options: {
    peers: { type: "string", default: join(homedir(), ".cache", "framewright", "peers") },
    "set-up": { type: "boolean", default: false },
    /** Compositions, and contenders with their quality, by regular expressions. */
    only: { type: "string", default: "" },
    contenders: { type: "string", default: "" },
    height: { type: "string", default: "720" },
    seconds: { type: "string", default: "10" },
    rounds: { type: "string", default: "3" },
    json: { type: "string" },
    write: { type: "boolean", default: false },
  },
});
if (values["set-up"]) setUp(values.peers);
const height = Number(values.height);
const shape = { width: Math.round((height * 16) / 9), height, seconds: Number(values.seconds) };
const frames = shape.seconds * FPS;
const browser = await findOnPath(
  ["chromium-headless-shell", "chrome-headless-shell"],
  process.env["PATH"] ?? "",
);
if (browser === undefined) throw new Error("No headless shell is on the PATH, which the peers take.");
const wanted = new RegExp(values.contenders);
const all = contenders({ peers: values.peers, browser }).filter(({ name, quality }) =>
  wanted.test(`${name} ${quality}`),
);
const names = Object.keys(COMPOSITIONS).filter((name) => new RegExp(values.only).test(name));
const root = await mkdtemp(join(tmpdir(), "framewright-peers-"));

/** One render, told as it ends. */
async function take(contender: Contender, project: string): Promise<Run | null> {
  const run = await renderOnce(contender, { project, file: fileOf(contender) }, join(root, "log.txt"));
  const took = run ? `${run.seconds.toFixed(1)} s` : "gave no file";
  console.error(`${basename(project)}: ${contender.name}, ${contender.quality}: ${took}`);
  return run;
}

/** The runs of every contender for one composition: round by round, so that what else changes strikes all alike. */
async function rounds(project: string, taking: readonly Contender[]): Promise<Map<Contender, Run[]>> {
  const runs = new Map<Contender, Run[]>(taking.map((contender) => [contender, []]));
  for (let round = 0; round < Number(values.rounds); round++) {
    for (const [contender, taken] of runs)
      taken.push(...[await take(contender, project)].flatMap((run) => run ?? []));
  }
  return runs;
}

function fileOf({ name, quality }: Contender): string {
  return join(root, `${name.replaceAll(/\W+/g, "-")}-${quality}.mp4`);
}

async function measure(composition: string): Promise<Result[]> {
  const project = await writeComposition(composition, shape, join(root, composition));
  const taking = all.filter(({ only = composition }) => only === composition);
  const runs = await rounds(project, taking);
  const lossless = join(root, "lossless.mkv");
  await writeLossless(project, shape, frames, lossless);
  const results: Result[] = [];
  for (const [contender, took] of runs) {
    if (took.length === 0) continue;
    const { name, family, quality } = contender;
    const likeness = await likenessOf(fileOf(contender), lossless);
    const about = { composition, contender: name, family, quality, frames, rounds: took.length };
    results.push({ ...about, ...middle(took), likeness });
  }
  return results;
}

try {
  await mkdir(root, { recursive: true });
  const results: Result[] = [];
  for (const name of names) results.push(...(await measure(name)));
  console.log(resultTable(results));
  for (const quality of ["standard", "draft"] as const) console.log(`\n${ratioTable(results, quality)}`);
  if (values.json !== undefined) await writeFile(values.json, JSON.stringify(results, null, 2));
  if (values.write) await writeDocs(results, shape);
} finally {
  await rm(root, { recursive: true, force: true });
}

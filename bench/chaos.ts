// Renders on an API and two workers while their processes, browsers, encoders and the database are killed at random:
// `pnpm chaos --kills 50 --chunks 60 --seed 7`. The frames have to be those of an undisturbed render.
import { mkdtemp, rm } from "node:fs/promises";
import { homedir, tmpdir } from "node:os";
import { join } from "node:path";
import { parseArgs } from "node:util";

import { findFfmpeg } from "../packages/engine/src/encode/find-ffmpeg.ts";
import { runChaos } from "./chaos/run-chaos.ts";

const { values } = parseArgs({
  options: {
    kills: { type: "string", default: "50" },
    chunks: { type: "string", default: "60" },
    seed: { type: "string", default: String(Date.now() % 1_000_000) },
  },
});
const [kills, chunks, seed] = [Number(values.kills), Number(values.chunks), Number(values.seed)];
const cacheDir = join(homedir(), ".cache", "framewright");
const { ffmpeg } = await findFfmpeg({ searchPath: process.env["PATH"] ?? "", cacheDir });
const dir = await mkdtemp(join(tmpdir(), "framewright-chaos-"));
console.error(`seed ${seed}`);
let told = 0;
const onProgress = (text: string): void => {
  if (!text.startsWith("kill") && performance.now() - told < 5_000) return;
  told = performance.now();
  console.error(`${(told / 1000).toFixed(0)} s: ${text}`);
};
try {
  const common = { cacheDir, ffmpeg, chunks, seed, onProgress };
  const calm = await runChaos({ ...common, dir: join(dir, "calm"), kills: 0 });
  console.error(`undisturbed: ${calm.seconds.toFixed(1)} s, ${calm.hashes.length} frames`);
  const rough = await runChaos({ ...common, dir: join(dir, "rough"), kills });
  const struck = Object.values(rough.kills).reduce((sum, each) => sum + each, 0);
  const unlike = calm.hashes.filter((hash, frame) => hash !== rough.hashes[frame]).length;
  const rows = [
    ["chunks", String(rough.render.plan?.chunks.length), `${chunks}`],
    [
      "kills",
      `${struck} (${Object.entries(rough.kills)
        .map(([kind, n]) => `${kind} ${n}`)
        .join(", ")})`,
      String(kills),
    ],
    ["time, undisturbed and with kills", `${calm.seconds.toFixed(0)} s, ${rough.seconds.toFixed(0)} s`, "-"],
    ["frames", String(rough.hashes.length), String(calm.hashes.length)],
    ["frames that differ", String(unlike), "0"],
    ["chunks begun again", String(rough.wasted), `<= ${struck}`],
    ["events out of order", String(rough.disorder), "0"],
    ["work left in the queue", String(rough.stuck), "0"],
    ["processes left", String(rough.orphans.length), "0"],
  ];
  console.log(
    ["| what | measured | wanted |", "|---|---|---|", ...rows.map((row) => `| ${row.join(" | ")} |`)].join(
      "\n",
    ),
  );
  const isSound =
    struck === kills &&
    unlike === 0 &&
    rough.hashes.length === calm.hashes.length &&
    rough.wasted <= struck &&
    rough.disorder + rough.stuck + rough.orphans.length === 0;
  if (!isSound) console.error(rough.errors.slice(-20).join("\n"), rough.orphans.join("\n"));
  process.exitCode = isSound ? 0 : 1;
} finally {
  await rm(dir, { recursive: true, force: true, maxRetries: 5 });
}

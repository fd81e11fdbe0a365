// Renders at the edge of what the service takes, with a fault every few seconds, and looks for what must not happen:
// `pnpm soak --minutes 20 --seed 7 --json`.
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { parseArgs } from "node:util";

import { jsonReport, progressText, resultText } from "./soak/report.ts";
import { runSoak } from "./soak/run-soak.ts";

const { values } = parseArgs({
  options: {
    minutes: { type: "string", default: "5" },
    seed: { type: "string", default: String(Date.now() % 1_000_000) },
    json: { type: "boolean", default: false },
  },
});
const minutes = Number(values.minutes);
const seed = Number(values.seed);
if (!(minutes > 0) || !Number.isSafeInteger(seed)) {
  console.error("Give --minutes a positive number, and --seed a whole one.");
  process.exit(2);
}

const interrupted = new AbortController();
for (const name of ["SIGINT", "SIGTERM"] as const) process.once(name, () => interrupted.abort());
const dir = await mkdtemp(join(tmpdir(), "framewright-soak-"));
console.error(`seed ${seed}`);
try {
  const result = await runSoak({
    dir,
    minutes,
    seed,
    signal: interrupted.signal,
    onProgress: (tally, usage) => console.error(progressText(tally, usage)),
  });
  console.log(values.json ? jsonReport(result) : resultText(result));
  process.exitCode = result.isSound ? 0 : 1;
} finally {
  await rm(dir, { recursive: true, force: true, maxRetries: 5 });
}

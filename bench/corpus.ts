// Renders compositions that say themselves what they must show, and lists what is wrong in silence:
// `pnpm corpus --only nested --chunks one --json faults.json`.
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { parseArgs } from "node:util";

import { createClient } from "../packages/client/src/index.ts";
import type { Case } from "./corpus/case.ts";
import { CASES } from "./corpus/cases.ts";
import type { Outcome } from "./corpus/judge.ts";
import { tryCase } from "./corpus/render-case.ts";
import { alarmsText, faultsText, tableText } from "./corpus/report.ts";
import { startProducerProcess } from "./producer-process.ts";

/** A chunk's work, in seconds, that makes four chunks of most cases. */
const SHORT_CHUNK = "0.2";
/** Submitted and looked at at a time. */
const AT_A_TIME = 3;

const { values } = parseArgs({
  options: {
    only: { type: "string", default: "" },
    /** one, many, or both after each other. */
    chunks: { type: "string", default: "both" },
    json: { type: "string" },
    libraries: { type: "string" },
  },
});
const only = new RegExp(values.only);
const cases = CASES.filter(({ name }) => only.test(name));
const layouts = values.chunks === "both" ? ["one", "many"] : [values.chunks];
const interrupted = new AbortController();
for (const name of ["SIGINT", "SIGTERM"] as const) process.once(name, () => interrupted.abort());

/** Tries every case with a service of its own; a few at a time, in their order. */
async function tryAll(root: string, layout: string): Promise<Outcome[]> {
  const producer = await startProducerProcess({
    PRODUCER_PROJECTS_ROOT: root,
    PRODUCER_CHUNK_SECONDS: layout === "many" ? SHORT_CHUNK : "60",
    ...(values.libraries !== undefined && { PRODUCER_LIBRARIES: values.libraries }),
  });
  const outcomes: Outcome[] = [];
  const waiting: Case[] = [...cases];
  const client = createClient({ baseUrl: producer.url });
  const work = async (): Promise<void> => {
    for (let next = waiting.shift(); next && !interrupted.signal.aborted; next = waiting.shift()) {
      const outcome = await tryCase(client, root, next);
      outcomes.push(outcome);
      console.error(`${outcome.verdict.padEnd(6)} ${outcome.seconds.toFixed(1)} s  ${next.name}`);
    }
  };
  try {
    await Promise.all(Array.from({ length: AT_A_TIME }, work));
  } finally {
    await producer.close();
  }
  return outcomes;
}

const root = await mkdtemp(join(tmpdir(), "framewright-corpus-"));
try {
  const outcomes: Outcome[] = [];
  for (const layout of layouts) {
    const tried = await tryAll(root, layout);
    outcomes.push(...tried);
    console.log(
      `\nIn ${layout} chunk${layout === "one" ? "" : "s"}:\n${tableText(tried)}\n${faultsText(tried)}`,
    );
  }
  console.log(`\nWarnings of what is right:\n${alarmsText(outcomes)}`);
  const json = outcomes.map(({ case: { name, part }, ...rest }) => ({ name, part, ...rest }));
  if (values.json !== undefined) await writeFile(values.json, JSON.stringify(json, null, 2));
  process.exitCode = outcomes.some(({ verdict }) => verdict === "silent") ? 1 : 0;
} finally {
  await rm(root, { recursive: true, force: true });
}

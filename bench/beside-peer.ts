// Renders the corpus' compositions in HyperFrames' format by its own producer as well, and prints how alike the frames
// are: `node bench/beside-peer.ts <folder where @hyperframes/producer is installed> --only nested --json psnr.json`.
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { parseArgs } from "node:util";

import { createClient } from "../packages/client/src/index.ts";
import { CASES } from "./corpus/cases.ts";
import { type Beside, besideText, compare, renderByUs } from "./corpus/compare.ts";
import { startProducerProcess } from "./producer-process.ts";

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    only: { type: "string", default: "" },
    json: { type: "string" },
    /** Leaves our side out: are the right values what the peer shows? */
    "peer-only": { type: "boolean", default: false },
  },
});
const peer = positionals[0];
if (peer === undefined) {
  console.error("Give the folder in which @hyperframes/producer is installed.");
  process.exit(2);
}
const only = new RegExp(values.only);
const cases = CASES.filter(({ name, hyperframes }) => hyperframes && only.test(name));
const root = await mkdtemp(join(tmpdir(), "framewright-beside-"));
const producer = values["peer-only"] ? null : await startProducerProcess({ PRODUCER_PROJECTS_ROOT: root });
try {
  const ours = producer
    ? renderByUs(createClient({ baseUrl: producer.url }))
    : () => Promise.resolve("no video: left out");
  const results: Beside[] = [];
  for (const each of cases) {
    const beside = await compare(peer, ours, root, each);
    results.push(beside);
    console.log(besideText(beside));
  }
  if (values.json !== undefined) await writeFile(values.json, JSON.stringify(results, null, 2));
} finally {
  await producer?.close();
  await rm(root, { recursive: true, force: true });
}

import { parseArgs } from "node:util";

import { createClient } from "../packages/client/src/index.ts";
import { movingElements } from "./moving-elements.ts";
import { type TreeUse, watchTree } from "./process-tree.ts";
import { startProducerProcess } from "./producer-process.ts";

const FPS = 30;
const MIB = 2 ** 20;

interface Result extends TreeUse {
  readonly frames: number;
  readonly seconds: number;
}

async function measure(html: string, workers: string): Promise<Result> {
  const producer = await startProducerProcess({ PRODUCER_WORKERS: workers });
  try {
    const client = createClient({ baseUrl: producer.url });
    const tree = watchTree(producer.pid);
    const startedAt = performance.now();
    const admitted = await client.submit({ html, fps: FPS });
    const render = await client.waitUntilFinished(admitted.id);
    const seconds = (performance.now() - startedAt) / 1000;
    const use = tree.stop();
    if (render.state !== "succeeded" || !render.plan) throw new Error(JSON.stringify(render.problem));
    return { ...use, seconds, frames: render.plan.frames };
  } finally {
    await producer.close();
  }
}

function report(name: string, { frames, seconds, cpuSeconds, peakBytes }: Result): void {
  const columns = [
    name.padEnd(34),
    `${frames} frames`.padStart(12),
    `${seconds.toFixed(1)} s`.padStart(8),
    `${(frames / seconds).toFixed(1)} frames/s`.padStart(14),
    `${((1000 * cpuSeconds) / frames).toFixed(0)} ms CPU/frame`.padStart(17),
    `${(peakBytes / MIB).toFixed(0)} MiB peak`.padStart(14),
  ];
  console.log(columns.join(" "));
}

const { values } = parseArgs({ options: { quick: { type: "boolean", default: false } } });
const short = values.quick ? 2 : 10;
const long = values.quick ? 12 : 60;

const hd = await measure(movingElements(1280, 720, short), "auto");
report(`1280x720, ${short} s`, hd);
report(`1920x1080, ${short} s`, await measure(movingElements(1920, 1080, short), "auto"));
const one = await measure(movingElements(1280, 720, short), "1");
report(`1280x720, ${short} s, one worker`, one);
const longer = await measure(movingElements(1280, 720, long), "auto");
report(`1280x720, ${long} s`, longer);
console.log(`all workers against one: ${(one.seconds / hd.seconds).toFixed(2)} times as fast`);
console.log(`${long} s against ${short} s: ${(longer.peakBytes / hd.peakBytes).toFixed(2)} times the memory`);

import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { text } from "node:stream/consumers";

import { createClient } from "../packages/client/src/index.ts";
import { startProducer } from "../packages/producer/src/index.ts";
import { movingElements } from "./moving-elements.ts";

/** Probes from a process of its own, for so many seconds; prints its statistics. */
async function probe(url: string, seconds: number): Promise<string> {
  const entry = new URL("./probe.ts", import.meta.url).pathname;
  const child = spawn(process.execPath, [entry, url, String(seconds)], {
    stdio: ["ignore", "pipe", "inherit"],
  });
  const [output] = await Promise.all([text(child.stdout), once(child, "exit")]);
  return output.trim();
}

function block(ms: number): void {
  const until = performance.now() + ms;
  while (performance.now() < until);
}

const dir = await mkdtemp(join(tmpdir(), "framewright-bench-"));
const producer = await startProducer({
  env: {
    PRODUCER_PORT: "0",
    PRODUCER_HEALTH_PORT: "0",
    PRODUCER_HEALTH_HOST: "127.0.0.1",
    PRODUCER_DATA_DIR: dir,
    PRODUCER_LOG_LEVEL: "error",
    PRODUCER_DRAIN_SECONDS: "2",
  },
});
try {
  const url = `${producer.healthUrl}/health`;
  console.log(`idle:                      ${await probe(url, 5)}`);
  const client = createClient({ baseUrl: producer.url });
  const { id } = await client.submit({ html: movingElements(1920, 1080, 60) });
  await new Promise((resolve) => setTimeout(resolve, 5_000));
  console.log(`1080p on all cores:        ${await probe(url, 20)}`);
  const blocked = probe(url, 4);
  // The prober starts within this time, so that every request of its is sent while the loop stands still.
  block(5_500);
  console.log(`and the main loop blocked: ${await blocked}`);
  await client.cancel(id);
} finally {
  await producer.close();
  await rm(dir, { recursive: true, force: true });
}

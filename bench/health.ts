import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { text } from "node:stream/consumers";

import { createClient } from "../packages/client/src/index.ts";
import { startProducer } from "../packages/producer/src/index.ts";
import { movingElements } from "./moving-elements.ts";

const RENDERING_S = 20;
const BLOCKED_S = 12;
/** While the prober starts, the loop stands still already, and it stands still until the last answer. */
const PROBER_START_MS = 1_500;

/** Probes from a process of its own, for so many seconds; prints its statistics by path. */
async function probe(
  name: string,
  origin: string | null,
  seconds: number,
  intervalMs: number,
): Promise<void> {
  const entry = new URL("./probe.ts", import.meta.url).pathname;
  const urls = ["/livez", "/metrics"].map((path) => `${origin}${path}`);
  const child = spawn(process.execPath, [entry, String(seconds), String(intervalMs), ...urls], {
    stdio: ["ignore", "pipe", "inherit"],
  });
  const [output] = await Promise.all([text(child.stdout), once(child, "exit")]);
  for (const line of output.trim().split("\n")) console.log(`${name.padEnd(26)} ${line}`);
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
  const { healthUrl } = producer;
  await probe("idle", healthUrl, 5, 10);
  const client = createClient({ baseUrl: producer.url });
  const { id } = await client.submit({ html: movingElements(1920, 1080, 120) });
  await new Promise((resolve) => setTimeout(resolve, 5_000));
  await probe("1080p on all cores", healthUrl, RENDERING_S, 10);
  const blocked = probe("and the main loop blocked", healthUrl, BLOCKED_S, 10);
  block(BLOCKED_S * 1000 + PROBER_START_MS);
  await blocked;
  await client.cancel(id);
} finally {
  await producer.close();
  await rm(dir, { recursive: true, force: true });
}

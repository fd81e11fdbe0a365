// Measures the queue alone, with a capture that only sleeps 50 ms: `pnpm bench:queue`.
import { mkdtemp, rm } from "node:fs/promises";
import { homedir, tmpdir } from "node:os";
import { join } from "node:path";

import { createLog } from "../packages/producer/src/log.ts";
import { createDatabase } from "../packages/producer/src/postgres/database.ts";
import { startEmbedded } from "../packages/producer/src/postgres/embedded/embedded-server.ts";
import { openQueue } from "../packages/producer/src/queue/open-queue.ts";
import { startLatency, throughput, type Throughput } from "./queue/measure.ts";

const FLEETS = [1, 2, 4, 8] as const;
const CHUNKS_PER_WORKER = 200;
const LENGTHS = [100, 1_000, 10_000] as const;

const round = (value: number): string => value.toFixed(1);
const row = ({ workers, chunks, perSecond, overheadMs, begunTwice, lost }: Throughput): string =>
  `| ${workers} | ${chunks} | ${round(perSecond)} | ${round(overheadMs)} | ${begunTwice} | ${lost} |`;

const dir = await mkdtemp(join(tmpdir(), "framewright-queue-"));
const server = await startEmbedded({
  dir,
  cacheDir: join(homedir(), ".cache", "framewright"),
  signal: AbortSignal.timeout(60_000),
  onWarning: () => undefined,
});
const { host, port, user, database: name } = server.connection;
const url = `postgres://${user}@localhost:${port}/${name}?host=${encodeURIComponent(host ?? "")}`;
const database = createDatabase({ connection: server.connection, server, onWarning: () => undefined });
try {
  await database.ready;
  const queue = await openQueue(database, createLog({ level: "warn", format: "json" }));
  const parts = { url, database, queue };
  console.log(
    "| workers | chunks | chunks per second | ms per chunk besides its 50 | begun twice | lost |\n|---|---|---|---|---|---|",
  );
  for (const workers of FLEETS)
    console.log(row(await throughput(parts, workers, workers * CHUNKS_PER_WORKER)));
  for (const chunks of LENGTHS) console.log(row(await throughput(parts, 8, chunks)));
  for (const workers of FLEETS) {
    const waits = await startLatency(parts, workers);
    const at = (share: number): string => round(waits[Math.floor(share * (waits.length - 1))] ?? 0);
    console.log(
      `start latency with ${workers} idle workers: median ${at(0.5)} ms, p95 ${at(0.95)} ms, max ${at(1)} ms`,
    );
  }
  await queue.close();
} finally {
  await database.close();
  await rm(dir, { recursive: true, force: true, maxRetries: 5 });
}

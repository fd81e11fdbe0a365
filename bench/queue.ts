// Measures the queue alone, with a capture that only sleeps 50 ms: `pnpm bench:queue --workers 1,2,4,8 --queued
// 100,1000,10000 --singles 200`. Prints Markdown.
import { mkdtemp, rm } from "node:fs/promises";
import { homedir, tmpdir } from "node:os";
import { join } from "node:path";
import { parseArgs } from "node:util";

import { createLog } from "../packages/producer/src/log.ts";
import { createDatabase } from "../packages/producer/src/postgres/database.ts";
import { startEmbedded } from "../packages/producer/src/postgres/embedded/embedded-server.ts";
import { openQueue } from "../packages/producer/src/queue/open-queue.ts";
import { startLatency, throughput, type Throughput } from "./queue/measure.ts";

const { values } = parseArgs({
  options: {
    workers: { type: "string", default: "1,2,4,8" },
    /** Chunks for each worker, where numbers of workers are compared. */
    each: { type: "string", default: "200" },
    queued: { type: "string", default: "100,1000,10000" },
    singles: { type: "string", default: "200" },
  },
});
const numbers = (text: string): number[] => text.split(",").map(Number);
const fleets = numbers(values.workers);
const largest = Math.max(...fleets);

const round = (value: number): string => value.toFixed(1);
const table = (...rows: readonly (readonly (string | number)[])[]): void => {
  for (const row of rows) console.log(`| ${row.join(" | ")} |`);
};
const line = (columns: readonly string[]): string[] => columns.map(() => "---:");
const COST = ["chunks per second", "ms per chunk besides its 50", "begun twice", "lost"];
const cost = ({ perSecond, overheadMs, begunTwice, lost }: Throughput): (string | number)[] => [
  round(perSecond),
  round(overheadMs),
  begunTwice,
  lost,
];

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
  const byWorkers = ["workers", "chunks", ...COST, "start p50, ms", "start p99, ms"];
  table(byWorkers, line(byWorkers));
  for (const workers of fleets) {
    const chunks = workers * Number(values.each);
    const waits = await startLatency(parts, workers, Number(values.singles));
    const at = (share: number): string => round(waits[Math.ceil(share * waits.length) - 1] ?? Number.NaN);
    table([workers, chunks, ...cost(await throughput(parts, workers, chunks)), at(0.5), at(0.99)]);
  }
  console.log(`\nWith ${largest} workers:\n`);
  const byQueued = ["queued chunks", ...COST];
  table(byQueued, line(byQueued));
  for (const chunks of numbers(values.queued))
    table([chunks, ...cost(await throughput(parts, largest, chunks))]);
  await queue.close();
} finally {
  await database.close();
  await rm(dir, { recursive: true, force: true, maxRetries: 5 });
}

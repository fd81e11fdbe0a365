// One worker of the measurement: takes chunks as the service does, and sleeps where it would capture.
import { setTimeout as sleep } from "node:timers/promises";
import { tmpdir } from "node:os";

import { createLog } from "../../packages/producer/src/log.ts";
import { createDatabase } from "../../packages/producer/src/postgres/database.ts";
import { openNotices } from "../../packages/producer/src/queue/notices.ts";
import { openQueue } from "../../packages/producer/src/queue/open-queue.ts";
import { WorkLoop } from "../../packages/producer/src/queue/work-loop.ts";
import { Endings } from "../../packages/producer/src/renders/endings.ts";
import { doWork } from "../../packages/producer/src/renders/flow/do-work.ts";
import type { FlowDeps } from "../../packages/producer/src/renders/flow/flow-deps.ts";
import { NO_OBSERVER } from "../../packages/producer/src/renders/observer.ts";

const [url = "", captureMs = "50"] = process.argv.slice(2);
const log = createLog({ level: "warn", format: "json" });
const database = createDatabase({ connection: { connectionString: url }, onWarning: () => undefined });
await database.ready;
const queue = await openQueue(database, log);
const notices = openNotices(database);
const endings = new Endings({ queue, observer: NO_OBSERVER, log, tenantRunning: 1_000 });

/** All that a chunk needs besides the queue, without what takes time. */
const stubs = {
  workers: {
    async run() {
      await sleep(Number(captureMs));
      return { index: 0, file: "", frames: 1, bytes: 1 };
    },
  },
  scratch: { create: async () => ({ dir: tmpdir(), remove: async () => undefined }) },
  store: { put: async () => ({ bytes: 1, sha256: "0" }) },
  snapshots: { acquire: async () => ({ dir: tmpdir(), release: async () => undefined }) },
  settings: {
    tools: { version: "none" },
    renderScratchBytes: Number.MAX_SAFE_INTEGER,
    readyTimeoutMs: 1,
    frameTimeoutMs: 1,
  },
};
// The stubs answer what a chunk asks for, and nothing else is put into this queue.
const deps = {
  database,
  queue,
  notices,
  endings,
  observer: NO_OBSERVER,
  owner: String(process.pid),
  untold: new Set(),
  log,
  ...stubs,
} as unknown as FlowDeps;
const loop = new WorkLoop({
  database,
  queue,
  notices,
  room: (running) => 1 - running,
  run: (lease) => doWork(lease, deps),
  log,
});
process.send?.("ready");
process.once("disconnect", () => void stop());

async function stop(): Promise<void> {
  await loop.drain(Date.now() + 1_000, new Error("the measurement is over"));
  await notices.close();
  await queue.close();
  await database.close();
}

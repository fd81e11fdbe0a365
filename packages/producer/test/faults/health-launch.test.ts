import { type Readiness, ReadinessSchema, type Render } from "@framewright/contract";
import { afterAll, beforeAll, expect, test } from "vitest";

import { expectRecovery } from "../../../pool/test/faults/recovery.ts";
import { call, getRender, post, submit, waitForRender } from "../e2e/api.ts";
import { queryDatabaseOf } from "../e2e/database-of.ts";
import { type Folder, openFolder } from "../e2e/machine.ts";
import { layeredPage } from "../e2e/pages.ts";
import { until } from "../e2e/process-tree.ts";
import { type ProducerProcess, startProducerProcess } from "../e2e/producer-process.ts";
import { killWorkers, openSwitchableWorkers, type SwitchableWorkers } from "./switchable-workers.ts";

/** Some 300 frames: not done when the workers die. */
const LONG = { html: layeredPage(8) };
const SHORT = { html: layeredPage(0.2) };
/** The wait for a worker. */
const GIVEN_BACK_WITHIN_MS = 30_000;
const UNREADY_WITHIN_MS = 5_000;
/** Starts are tried again after 30 s and a quarter at most. */
const READY_AGAIN_WITHIN_MS = 45_000;

let folder: Folder;
let workers: SwitchableWorkers;
let service: ProducerProcess;
/** What runs when the workers are lost, and what waits. */
let running: readonly Render[];
let waiting: readonly Render[];
let brokenAt: number;
beforeAll(async () => {
  [folder, workers] = await Promise.all([openFolder(), openSwitchableWorkers()]);
  service = await startProducerProcess(workers.entry, folder.dir);
  running = await Promise.all([LONG, LONG].map((body) => submit(service, body)));
  waiting = await Promise.all([SHORT, SHORT].map((body) => submit(service, body)));
  await until(progress, (frames) => frames > 5, 20_000);
  await workers.breakStarts();
  brokenAt = performance.now();
  await killWorkers(service.pid);
}, 90_000);
afterAll(async () => {
  await service?.[Symbol.asyncDispose]();
  await workers?.[Symbol.asyncDispose]();
  await folder?.[Symbol.asyncDispose]();
});

const read = (renders: readonly Render[]) => Promise.all(renders.map(({ id }) => getRender(service, id)));
const progress = async () => Math.max(...(await read(running)).map((render) => render.progress.framesDone));

async function readiness(path = "/readyz"): Promise<Readiness> {
  return ReadinessSchema.strict().parse(await (await call({ url: service.healthUrl }, path)).json());
}

/** Every route that takes work. */
const ROUTES = ["/v1/renders", "/v1/plans", "/render", "/render/stream"] as const;

test("F8: while no worker can be launched, the service says so and takes no work", async (context) => {
  const unready = await until(readiness, ({ ready }) => !ready, 10_000);
  expectRecovery(context, performance.now() - brokenAt, UNREADY_WITHIN_MS);
  expect(unready.causes).toEqual([
    expect.objectContaining({
      code: "no-worker",
      detail: expect.stringMatching(/^\d+ starts in a row have failed; the last worker ended with code 1 /),
      remedy: expect.stringContaining("doctor"),
    }),
  ]);
  expect((await readiness("/startupz")).ready).toBe(true);
  expect((await call({ url: service.healthUrl }, "/livez")).status).toBe(200);
  for (const route of ROUTES) {
    const refused = await post(service, route, SHORT);
    const retryAfter = refused.headers.get("retry-after");
    expect({ route, status: refused.status, retryAfter }).toEqual({ route, status: 503, retryAfter: "15" });
    expect(await refused.json()).toMatchObject({ code: "worker-unavailable", retryable: true });
  }
});

/** Work that somebody has. */
async function taken(): Promise<number> {
  const rows = await queryDatabaseOf(folder.dir, "SELECT 1 FROM pgboss.job WHERE state = 'active'");
  return rows.length;
}

test("F7: work that ran is given back; what ran and what waits goes on waiting and says for what", async (context) => {
  expect(await until(taken, (count) => count === 0, 45_000)).toBe(0);
  const givenBackMs = performance.now() - brokenAt;
  const areTold = (all: Render[]) => all.every(({ progress: { waitingFor } }) => waitingFor !== null);
  const all = await until(() => read([...running, ...waiting]), areTold, UNREADY_WITHIN_MS);
  expect(all.map(({ state }) => state)).toEqual(["running", "running", "queued", "queued"]);
  for (const { problem, progress: now } of all) {
    expect(problem).toBeNull();
    expect(now.waitingFor).toMatch(/^No render worker can be started\. \d+ starts in a row have failed/);
  }
  expect(await (await call(service, "/v1/queue")).json()).toMatchObject({ queued: 2, running: 2 });
  expectRecovery(context, givenBackMs, GIVEN_BACK_WITHIN_MS);
}, 60_000);

test(
  "F8: once workers start again, what ran and what waited is done, and the service takes work by itself",
  { timeout: 150_000 },
  async () => {
    await workers.mendStarts();
    const ready = await until(readiness, (now) => now.ready, READY_AGAIN_WITHIN_MS);
    expect(ready.causes).toEqual([]);
    for (const { id } of running) {
      const { state, warnings } = await waitForRender(service, id, undefined, 60_000);
      expect(state).toBe("succeeded");
      for (const { message } of warnings) expect(message).toContain("was not charged");
    }
    for (const { id } of waiting) expect((await waitForRender(service, id)).state).toBe("succeeded");
    const again = await submit(service, SHORT);
    expect((await waitForRender(service, again.id)).state).toBe("succeeded");
  },
);

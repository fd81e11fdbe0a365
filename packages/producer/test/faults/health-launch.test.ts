import { ProblemSchema, type Readiness, ReadinessSchema, type Render } from "@framewright/contract";
import { afterAll, beforeAll, expect, test } from "vitest";

import { expectRecovery } from "../../../pool/test/faults/recovery.ts";
import { call, getRender, post, submit, waitForRender } from "../e2e/api.ts";
import { type Folder, openFolder } from "../e2e/machine.ts";
import { layeredPage } from "../e2e/pages.ts";
import { until } from "../e2e/process-tree.ts";
import { type ProducerProcess, startProducerProcess } from "../e2e/producer-process.ts";
import { killWorkers, openSwitchableWorkers, type SwitchableWorkers } from "./switchable-workers.ts";

/** Some 300 frames: not done when the workers die. */
const LONG = { html: layeredPage(10) };
/** The wait for a worker, and for the second try of a chunk. */
const GIVEN_BACK_WITHIN_MS = 30_000;
const UNREADY_WITHIN_MS = 5_000;
/** Starts are tried again after 30 s and a quarter at most. */
const READY_AGAIN_WITHIN_MS = 45_000;

let folder: Folder;
let workers: SwitchableWorkers;
let service: ProducerProcess;
/** Two of them run when the workers are lost, the others wait. */
let admitted: readonly Render[];
let brokenAt: number;
beforeAll(async () => {
  [folder, workers] = await Promise.all([openFolder(), openSwitchableWorkers()]);
  service = await startProducerProcess(workers.entry, folder.dir);
  admitted = await Promise.all([1, 2, 3, 4].map(() => submit(service, LONG)));
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

const renders = () => Promise.all(admitted.map(({ id }) => getRender(service, id)));
const progress = async () => Math.max(...(await renders()).map((render) => render.progress.framesDone));

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
    const refused = await post(service, route, { html: layeredPage(0.2) });
    const retryAfter = refused.headers.get("retry-after");
    expect({ route, status: refused.status, retryAfter }).toEqual({ route, status: 503, retryAfter: "15" });
    expect(await refused.json()).toMatchObject({ code: "worker-unavailable", retryable: true });
  }
});

test("F7: renders that were admitted before end with the reason", { timeout: 60_000 }, async (context) => {
  const ended = await until(renders, (all) => all.every(({ state }) => state === "failed"), 45_000);
  const endedMs = performance.now() - brokenAt;
  for (const { state, problem } of ended) {
    expect(state).toBe("failed");
    expect(ProblemSchema.parse(problem).retryable).toBe(true);
    expect(["worker-unavailable", "worker-lost"]).toContain(problem?.code);
  }
  expect(await (await call(service, "/v1/queue")).json()).toMatchObject({ queued: 0, running: 0 });
  expectRecovery(context, endedMs, GIVEN_BACK_WITHIN_MS);
});

test("F8: once workers start again, the service takes work by itself", { timeout: 90_000 }, async () => {
  await workers.mendStarts();
  const ready = await until(readiness, (now) => now.ready, READY_AGAIN_WITHIN_MS);
  expect(ready.causes).toEqual([]);
  const again = await submit(service, { html: layeredPage(0.2) });
  expect((await waitForRender(service, again.id)).state).toBe("succeeded");
});

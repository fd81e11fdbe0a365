import { setTimeout as sleep } from "node:timers/promises";

import { afterAll, beforeAll, expect, test } from "vitest";

import { MAX_CHARGES } from "../../src/renders/charges.ts";
import { plan } from "./api.ts";
import { page } from "./pages.ts";
import { killIfAlive, processTree, type RunningProcess } from "./process-tree.ts";
import { startTestProducer, type TestProducer } from "./producer.ts";

const READY_TIMEOUT_S = 3;
/** What the bound allows besides: starting a browser, and killing it. */
const MARGIN_MS = 3_000;

let service: TestProducer;

beforeAll(async () => {
  service = await startTestProducer({
    PRODUCER_READY_TIMEOUT_SECONDS: String(READY_TIMEOUT_S),
  });
});
afterAll(async () => service[Symbol.asyncDispose]());

/** Asks the health port until stopped; gives every answer's status and time. */
async function probeHealth<T>(
  work: Promise<T>,
): Promise<{ result: T; statuses: Set<number>; slowestMs: number }> {
  const done = new AbortController();
  const settled = work.finally(() => done.abort());
  const statuses = new Set<number>();
  let slowestMs = 0;
  const probing = (async () => {
    while (!done.signal.aborted) {
      const startedAt = performance.now();
      const answer = await fetch(`${service.healthUrl}/health`, { signal: AbortSignal.timeout(5_000) });
      await answer.arrayBuffer();
      statuses.add(answer.status);
      slowestMs = Math.max(slowestMs, performance.now() - startedAt);
      await sleep(50);
    }
  })();
  const [result] = await Promise.all([settled, probing]);
  return { result, statuses, slowestMs };
}

test("a page that spins for ever while it loads is refused, with its console; health answers meanwhile", async () => {
  const html = page({ script: 'console.log("about to spin"); for (;;);' });
  const { result, statuses, slowestMs } = await probeHealth(plan(service, { html }));
  expect(result.problem).toMatchObject({ code: "page-unresponsive", owner: "composition" });
  expect(result.problem?.evidence?.console?.join("\n")).toContain("about to spin");
  expect(result.ms).toBeLessThan(READY_TIMEOUT_S * 1000 + MARGIN_MS);
  expect([...statuses]).toEqual([200]);
  expect(slowestMs).toBeLessThan(1_000);
});

test("a page that is never ready is refused with the name of what it waits for", async () => {
  const script = "window.__hf = { ready: new Promise(() => {}), duration: 1, seek() {} }";
  const { problem, ms } = await plan(service, { html: page({ duration: null, script }) });
  expect(problem).toMatchObject({ code: "page-not-ready", owner: "composition" });
  expect(problem?.detail).toContain("window.__hf.ready");
  expect(problem?.evidence?.pending).toEqual(["window.__hf.ready"]);
  expect(ms).toBeLessThan(READY_TIMEOUT_S * 1000 + MARGIN_MS);
});

test("a page whose process dies again and again is refused, with its console", async () => {
  const before = new Set((await processTree(process.pid)).map(({ pid }) => pid));
  const renderers = async (): Promise<RunningProcess[]> =>
    (await processTree(process.pid)).filter(
      ({ pid, command }) => !before.has(pid) && command.includes("--type=renderer"),
    );
  const script =
    'console.log("alive"); window.__hf = { ready: new Promise(() => {}), duration: 1, seek() {} }';
  const planning = plan(service, { html: page({ duration: null, script }) });
  const settled = planning.then(() => true);
  let killed = 0;
  while (!(await Promise.race([settled, sleep(0, false)]))) {
    const found = await renderers();
    // One that has only just started has not said anything yet, and the page may still move to another.
    await sleep(found.length > 0 ? 700 : 50);
    if (found.length > 0) for (const { pid } of await renderers()) killed += Number(killIfAlive(pid));
  }
  const { problem } = await planning;
  expect(killed).toBeGreaterThanOrEqual(MAX_CHARGES);
  expect(problem).toMatchObject({ code: "composition-poisonous", owner: "composition", retryable: false });
  expect(problem?.evidence?.console?.join("\n")).toContain("alive");
});

test("the service goes on after all of these", async () => {
  const { plan: made } = await plan(service, { html: page() });
  expect(made?.frames).toBe(15);
});

import { randomUUID } from "node:crypto";
import { setTimeout as sleep } from "node:timers/promises";

import { isFinished, QueueSchema, type Render, ReadinessSchema } from "@framewright/contract";
import { describe, expect, test, type TestContext } from "vitest";

import { expectRecovery } from "../../../pool/test/faults/recovery.ts";
import { POISON_PAGE } from "../../src/chaos/pages.ts";
import { call, getRender, plan, post, submit, waitForRender } from "../e2e/api.ts";
import { gsapSource, openFolder } from "../e2e/machine.ts";
import { inlineScript, layeredPage, page } from "../e2e/pages.ts";
import { processTree, until } from "../e2e/process-tree.ts";
import { FROM_SOURCE, type ProducerProcess, startProducerProcess } from "../e2e/producer-process.ts";
import { note } from "./footprint.ts";
import { killWorkers, openSwitchableWorkers } from "./switchable-workers.ts";

const TEST_MS = 180_000;
/** Never the same twice: what was rendered before is not rendered again. */
const healthy = (): { html: string } => ({ html: `${layeredPage(0.5)}<!-- ${randomUUID()} -->` });

async function startService(
  context: TestContext,
  entry: string,
  env: Readonly<Record<string, string>> = {},
): Promise<ProducerProcess> {
  const folder = await openFolder();
  const service = await startProducerProcess(entry, folder.dir, env);
  context.onTestFinished(async () => {
    await service[Symbol.asyncDispose]();
    await folder[Symbol.asyncDispose]();
  }, TEST_MS);
  return service;
}

interface Probes {
  /** Statuses by path. */
  readonly statuses: Record<string, readonly (number | string)[]>;
  readonly slowestMs: number;
}

/** Asks the health port until stopped, as an orchestrator would. */
function probe({ healthUrl }: ProducerProcess, paths: readonly string[]): { stop(): Promise<Probes> } {
  const done = new AbortController();
  const seen = new Map(paths.map((path) => [path, new Set<number | string>()]));
  let slowestMs = 0;
  const ask = async (path: string): Promise<void> => {
    const startedAt = performance.now();
    try {
      const answer = await call({ url: healthUrl }, path, { signal: AbortSignal.timeout(5_000) });
      await answer.arrayBuffer();
      seen.get(path)?.add(answer.status);
    } catch (error) {
      seen.get(path)?.add(String(error));
    }
    slowestMs = Math.max(slowestMs, performance.now() - startedAt);
  };
  const probing = (async () => {
    while (!done.signal.aborted) {
      for (const path of paths) await ask(path);
      await sleep(50);
    }
  })();
  return {
    async stop() {
      done.abort();
      await probing;
      return { statuses: Object.fromEntries([...seen].map(([path, set]) => [path, [...set]])), slowestMs };
    },
  };
}

async function causes({ healthUrl }: ProducerProcess): Promise<string[]> {
  const answer = await call({ url: healthUrl }, "/readyz");
  return ReadinessSchema.parse(await answer.json()).causes.map(({ code }) => code);
}

async function queueOf(service: ProducerProcess): Promise<{ queued: number; running: number }> {
  return QueueSchema.parse(await (await call(service, "/v1/queue")).json());
}

describe("the probe that killed healthy pods", () => {
  const TIMES = 5;
  /** Opening the page is most of it; the guard itself is arithmetic. */
  const REFUSED_WITHIN_MS = 5_000;

  test(
    "a timeline that repeats for ever is refused in the plan, again and again, and every probe is answered at once",
    { timeout: TEST_MS },
    async (context) => {
      const service = await startService(context, FROM_SOURCE);
      const html = page({
        duration: null,
        head: inlineScript(await gsapSource()),
        body: '<b id="wheel">*</b>',
        script: `const timeline = gsap.timeline({ paused: true });
          timeline.to("#wheel", { rotation: 360, duration: 2, repeat: -1 });
          window.__timelines = { main: timeline };`,
      });
      const probes = probe(service, ["/health", "/livez", "/readyz"]);
      const times: number[] = [];
      for (let time = 0; time < TIMES; time++) {
        const { problem, ms } = await plan(service, { html });
        expect(problem).toMatchObject({ code: "duration-infinite", owner: "composition", retryable: false });
        expect(problem?.detail).toMatch(/10000000000.*#wheel.*repeat: -1/);
        times.push(ms);
      }
      const { id } = await submit(service, { html });
      await until(
        () => getRender(service, id),
        ({ state }) => isFinished(state),
        20_000,
      );
      expect(await getRender(service, id)).toMatchObject({
        state: "failed",
        problem: { code: "duration-infinite" },
      });
      const { statuses, slowestMs } = await probes.stop();
      note(`refused in ${times.map(Math.round).join(", ")} ms; slowest probe ${Math.round(slowestMs)} ms`);
      expect(statuses).toEqual({ "/health": [200], "/livez": [200], "/readyz": [200] });
      expect(slowestMs).toBeLessThan(1_000);
      expectRecovery(context, Math.max(...times), REFUSED_WITHIN_MS);
      const honest = await submit(service, healthy());
      expect((await waitForRender(service, honest.id)).state).toBe("succeeded");
    },
  );
});

describe("the pool that wedged for good, the queue that locked itself", () => {
  const UNREADY_WITHIN_MS = { exit: 5_000, hang: 6_000 } as const;
  /** A start that hangs takes 20 s to be given up, and the next may be 30 s and a quarter away. */
  const READY_AGAIN_WITHIN_MS = 62_000;

  test.concurrent.for(["exit", "hang"] as const)(
    "render workers that %s before their first message: the service says so, takes no work, and recovers by itself",
    { timeout: TEST_MS },
    async (how, context) => {
      const workers = await openSwitchableWorkers();
      context.onTestFinished(() => workers[Symbol.asyncDispose]());
      const service = await startService(context, workers.entry);
      const probes = probe(service, ["/livez"]);
      await workers.breakStarts(how);
      const brokenAt = performance.now();
      await killWorkers(service.pid);
      const said = await until(
        () => causes(service),
        (codes) => codes.includes("no-worker"),
        4 * UNREADY_WITHIN_MS[how],
      );
      const saidMs = performance.now() - brokenAt;
      expect(said).toEqual(["no-worker"]);
      const refusals = Array.from({ length: 20 }, () => post(service, "/v1/renders", healthy()));
      for (const refused of await Promise.all(refusals)) {
        expect([refused.status, Number(refused.headers.get("retry-after"))]).toEqual([
          503,
          expect.closeTo(15, -2),
        ]);
        expect(await refused.json()).toMatchObject({ code: "worker-unavailable", retryable: true });
      }
      expect(await queueOf(service)).toMatchObject({ queued: 0, running: 0 });
      // Long enough for a start that hangs to be given up, and for its place to be taken by another.
      await sleep(22_000);
      expect(await causes(service)).toEqual(["no-worker"]);
      await workers.mendStarts();
      const mendedAt = performance.now();
      await until(
        () => causes(service),
        (codes) => codes.length === 0,
        2 * READY_AGAIN_WITHIN_MS,
      );
      const readyMs = performance.now() - mendedAt;
      const { id } = await submit(service, healthy());
      expect((await waitForRender(service, id)).state).toBe("succeeded");
      expect((await probes.stop()).statuses).toEqual({ "/livez": [200] });
      note(
        `${how}: unready after ${Math.round(saidMs)} ms, ready ${Math.round(readyMs)} ms after the fault was gone`,
      );
      expect(readyMs).toBeLessThan(READY_AGAIN_WITHIN_MS);
      expectRecovery(context, saidMs, UNREADY_WITHIN_MS[how]);
    },
  );

  const HANGS = [
    page({ script: "for (;;);" }),
    page({
      duration: 1,
      script:
        "let n = 0; const next = () => { if (++n > 5) for (;;); requestAnimationFrame(next); }; next();",
    }),
    page({
      duration: null,
      script: "window.__hf = { ready: new Promise(() => {}), duration: 1, seek() {} }",
    }),
    page({ duration: 1, script: "window.__hf = { duration: 1, seek: () => new Promise(() => {}) }" }),
  ];
  const RENDER_TIMEOUT_S = 45;
  const FRAME_TIMEOUT_S = 6;
  /** Artifacts are swept every minute. */
  const SWEEP_MS = 60_000;
  /** Of a render, twice that is remembered: the artifact has to be gone before the render is. */
  const RETENTION_S = 40;
  /** Two at a time, each for some seven seconds: those at the end of the queue do not live to see their turn. */
  const BACKLOG = 20;
  /** Silence for 10 s, and the kill. */
  const STOPPED_REPLACED_MS = 13_000;

  /** Three attempts or four, each of which may take as long as a frame may. */
  const SET_ASIDE_MS = 60_000;

  async function workersOf({ pid }: ProducerProcess): Promise<number[]> {
    const tree = await processTree(pid);
    return tree.filter(({ command }) => command.includes("render-worker")).map((worker) => worker.pid);
  }

  async function stopWorkers(service: ProducerProcess): Promise<number> {
    const stopped = await workersOf(service);
    for (const pid of stopped) process.kill(pid, "SIGSTOP");
    const startedAt = performance.now();
    const left = await until(
      async () => (await workersOf(service)).filter((pid) => stopped.includes(pid)),
      (pids) => pids.length === 0,
      2 * STOPPED_REPLACED_MS,
    );
    expect(left).toEqual([]);
    return performance.now() - startedAt;
  }

  test.concurrent(
    "work that hangs in every place: each is freed in time, sweeps go on meanwhile, and honest work gets through",
    { timeout: TEST_MS },
    async (context) => {
      const service = await startService(context, FROM_SOURCE, {
        PRODUCER_READY_TIMEOUT_SECONDS: String(FRAME_TIMEOUT_S),
        PRODUCER_FRAME_TIMEOUT_SECONDS: String(FRAME_TIMEOUT_S),
        PRODUCER_RENDER_TIMEOUT_SECONDS: String(RENDER_TIMEOUT_S),
        PRODUCER_RETENTION_SECONDS: String(RETENTION_S),
      });
      const startedAt = performance.now();
      const old = await submit(service, healthy());
      await waitForRender(service, old.id);
      const probes = probe(service, ["/livez"]);
      const hung: Render[] = [];
      const hang = async (): Promise<void> => {
        hung.push(await submit(service, { html: HANGS[hung.length % HANGS.length] ?? "" }));
      };
      await hang();
      await hang();
      const honest = await submit(service, healthy());
      while (hung.length < BACKLOG) await hang();

      const stoppedMs = await stopWorkers(service);
      // Every place stays taken until the sweep has come round.
      const swept = await until(
        async () => {
          if ((await queueOf(service)).queued < 4) await hang();
          return (await call(service, old.links.artifact)).status;
        },
        (status) => status === 410,
        2 * SWEEP_MS,
      );
      const sweptMs = performance.now() - startedAt;
      expect((await queueOf(service)).running).toBeGreaterThan(0);
      expect(swept).toBe(410);
      expect(sweptMs).toBeLessThan(SWEEP_MS + 5_000);

      const ended = await Promise.all(
        hung.map(({ id }) =>
          until(
            () => getRender(service, id),
            ({ state }) => isFinished(state),
            60_000,
          ),
        ),
      );
      const late = ended.map(
        ({ finishedAt, deadline }) => Date.parse(finishedAt ?? "") - Date.parse(deadline),
      );
      expect(new Set(ended.map(({ state }) => state))).toEqual(new Set(["failed"]));
      const expired = ended.filter(({ startedAt: started }) => started === null);
      expect(expired.length).toBeGreaterThan(0);
      for (const { problem } of expired) expect(problem?.code).toBe("render-timeout");

      expect((await getRender(service, honest.id)).state).toBe("succeeded");
      const last = await submit(service, healthy());
      expect((await waitForRender(service, last.id)).state).toBe("succeeded");
      expect(await queueOf(service)).toMatchObject({ queued: 0, running: 0 });
      expect((await probes.stop()).statuses).toEqual({ "/livez": [200] });
      note(
        `${hung.length} hung renders, ${expired.length} expired while they waited; stopped workers replaced in ` +
          `${Math.round(stoppedMs)} ms; swept after ${Math.round(sweptMs)} ms; ended ${Math.max(...late)} ms after their deadline at most`,
      );
      expect(stoppedMs).toBeLessThan(STOPPED_REPLACED_MS);
      expectRecovery(context, Math.max(0, ...late), 3_000);
    },
  );

  test.concurrent(
    "work that kills what renders it is set aside after its attempts and does not return, and honest work goes past it",
    { timeout: TEST_MS },
    async (context) => {
      const service = await startService(context, FROM_SOURCE);
      const startedAt = performance.now();
      const poison = await submit(service, { html: POISON_PAGE });
      const honest = await submit(service, healthy());
      const ended = await until(
        () => getRender(service, poison.id),
        ({ state }) => isFinished(state),
        2 * SET_ASIDE_MS,
      );
      const tookMs = performance.now() - startedAt;
      expect(ended).toMatchObject({
        state: "failed",
        problem: { code: "composition-poisonous", retryable: false },
      });
      expect((await waitForRender(service, honest.id, undefined, 60_000)).state).toBe("succeeded");
      await sleep(3_000);
      expect(await getRender(service, poison.id)).toEqual(ended);
      expect(await queueOf(service)).toMatchObject({ queued: 0, running: 0 });
      expectRecovery(context, tookMs, SET_ASIDE_MS);
    },
  );
});

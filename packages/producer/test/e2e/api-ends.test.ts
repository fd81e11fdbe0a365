import { once } from "node:events";
import { setTimeout as sleep } from "node:timers/promises";

import { expect, test } from "vitest";

import { eventually, type Fleet, type Host, openFleet, TEST_MS } from "../faults/fleet.ts";
import { post } from "./api.ts";
import { page } from "./pages.ts";

/** For a render on a busy machine. */
const LONG_DRAIN_S = 60;
const DRAIN_S = 8;
/** What shutting down takes besides, and a busy machine. */
const ENDING_MS = 7_000;

const SHORT = page({ duration: 1 });

async function running(fleet: Fleet): Promise<true> {
  return eventually("a render that has begun", async () => {
    const rows = await fleet.query("SELECT 1 FROM framewright.renders WHERE state = 'running'");
    return rows.length > 0;
  });
}

function exited({ child }: Host, drainSeconds: number): Promise<unknown[]> {
  return once(child, "exit", { signal: AbortSignal.timeout(drainSeconds * 1000 + ENDING_MS) });
}

test(
  "an API that ends answers who waits for a video, once other machines have made it",
  { timeout: TEST_MS },
  async (context) => {
    const fleet = await openFleet(context);
    const api = await fleet.start("api", { PRODUCER_DRAIN_SECONDS: String(LONG_DRAIN_S) });
    await fleet.start("worker");
    const answer = post(api, "/render", { html: SHORT });
    await running(fleet);
    const exit = exited(api, LONG_DRAIN_S);
    api.child.kill("SIGTERM");
    const response = await answer;
    expect(response.status).toBe(200);
    expect(await response.json()).toMatchObject({ success: true });
    expect(await exit).toEqual([0, null]);
  },
);

test(
  "an API that ends tells who waits too long for a video to try elsewhere, within its drain time",
  { timeout: TEST_MS },
  async (context) => {
    const fleet = await openFleet(context);
    const api = await fleet.start("api", { PRODUCER_DRAIN_SECONDS: String(DRAIN_S) });
    const answers = [post(api, "/render", { html: SHORT }), post(api, "/v1/plans", { html: SHORT })];
    await eventually("work", async () => (await fleet.query("SELECT 1 FROM pgboss.job")).length === 2);
    const exit = exited(api, DRAIN_S);
    api.child.kill("SIGTERM");
    const first = await Promise.race([...answers, sleep(1_000, "nobody", { ref: false })]);
    expect(first).toBe("nobody");
    for (const answer of await Promise.all(answers)) {
      expect(answer.status).toBe(503);
      expect(await answer.json()).toMatchObject({ code: "shutting-down", retryable: true });
    }
    expect(await exit).toEqual([0, null]);
  },
);

import { expect, test } from "vitest";

import { sendSignal } from "../../src/scratch/send-signal.ts";
import { submit, waitForRender } from "./api.ts";
import { layeredPage } from "./pages.ts";
import { processTree, until } from "./process-tree.ts";
import { startTestProducer, type TestProducer } from "./producer.ts";

/** Long enough for two chunks. */
const HTML = layeredPage(24);
const UNCHARGED = expect.stringContaining("It was not charged");

/** Waits until as many workers encode frames, and ends them by a signal. */
async function endWorkers(service: TestProducer, count: number, signal: NodeJS.Signals): Promise<void> {
  const encoders = await until(
    async () =>
      (await processTree(process.pid)).filter(
        ({ command }) => command.includes("libx264") && command.includes(service.dataDir),
      ),
    (found) => found.length === count,
    20_000,
  );
  expect(encoders).toHaveLength(count);
  for (const { ppid } of encoders) sendSignal(ppid, signal);
}

test("workers that crash at once are one incident", { timeout: 60_000 }, async () => {
  await using service = await startTestProducer({ PRODUCER_WORKERS: "2" });
  const { id } = await submit(service, { html: HTML });
  await endWorkers(service, 2, "SIGSEGV");
  const { warnings } = await waitForRender(service, id, ({ warnings: { length } }) => length === 2);
  expect(warnings.map(({ message }) => message)).toEqual([UNCHARGED, UNCHARGED]);
});

test(
  "workers that are killed from outside, again and again, cost the composition nothing",
  { timeout: 90_000 },
  async () => {
    await using service = await startTestProducer({ PRODUCER_WORKERS: "1" });
    const { id } = await submit(service, { html: layeredPage(8) });
    for (let kills = 1; kills <= 5; kills += 1) {
      await endWorkers(service, 1, "SIGKILL");
      await waitForRender(service, id, ({ warnings: { length } }) => length === kills);
    }
    const { state, warnings } = await waitForRender(service, id);
    expect(state).toBe("succeeded");
    expect(warnings.map(({ message }) => message)).toEqual(Array.from({ length: 5 }, () => UNCHARGED));
  },
);

test(
  "chunks whose workers crash one after the other are charged, also when they had waited",
  { timeout: 60_000 },
  async () => {
    await using service = await startTestProducer({ PRODUCER_WORKERS: "1" });
    const { id } = await submit(service, { html: HTML });
    await endWorkers(service, 1, "SIGSEGV");
    await waitForRender(service, id, ({ warnings: { length } }) => length === 1);
    await endWorkers(service, 1, "SIGSEGV");
    const { warnings } = await waitForRender(service, id, ({ warnings: { length } }) => length === 2);
    expect(warnings.map(({ message }) => message)).toEqual([UNCHARGED, expect.stringContaining("(1 of 3)")]);
  },
);

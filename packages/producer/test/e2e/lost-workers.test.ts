import { expect, test } from "vitest";

import { submit, waitForRender } from "./api.ts";
import { layeredPage } from "./pages.ts";
import { killIfAlive, processTree, until } from "./process-tree.ts";
import { startTestProducer, type TestProducer } from "./producer.ts";

/** Long enough for two chunks. */
const HTML = layeredPage(24);
const UNCHARGED = expect.stringContaining("It was not charged");

/** Waits until as many workers encode frames, and kills them. */
async function killWorkers(service: TestProducer, count: number): Promise<void> {
  const encoders = await until(
    async () =>
      (await processTree(process.pid)).filter(
        ({ command }) => command.includes("image2pipe") && command.includes(service.dataDir),
      ),
    (found) => found.length === count,
    20_000,
  );
  expect(encoders).toHaveLength(count);
  for (const { ppid } of encoders) killIfAlive(ppid);
}

test("workers that are lost at once are one incident", { timeout: 60_000 }, async () => {
  await using service = await startTestProducer({ PRODUCER_WORKERS: "2" });
  const { id } = await submit(service, { html: HTML });
  await killWorkers(service, 2);
  const { warnings } = await waitForRender(service, id, ({ warnings: { length } }) => length === 2);
  expect(warnings.map(({ message }) => message)).toEqual([UNCHARGED, UNCHARGED]);
});

test(
  "chunks that lose one worker after the other are charged, also when they had waited",
  { timeout: 60_000 },
  async () => {
    await using service = await startTestProducer({ PRODUCER_WORKERS: "1" });
    const { id } = await submit(service, { html: HTML });
    await killWorkers(service, 1);
    await waitForRender(service, id, ({ warnings: { length } }) => length === 1);
    await killWorkers(service, 1);
    const { warnings } = await waitForRender(service, id, ({ warnings: { length } }) => length === 2);
    expect(warnings.map(({ message }) => message)).toEqual([UNCHARGED, expect.stringContaining("(1 of 3)")]);
  },
);

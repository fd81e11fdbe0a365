import { WRITE_STALL_MS } from "@framewright/engine";
import { expect, test } from "vitest";

import { submit, waitForRender } from "./api.ts";
import { layeredPage } from "./pages.ts";
import { processTree } from "./process-tree.ts";
import { startTestProducer } from "./producer.ts";

/** Until its pipe is full, to clean up, and what a busy machine takes. */
const MARGIN_MS = 10_000;

test("an encoder that is stuck is not blamed on the page: the render goes on with another", async () => {
  await using service = await startTestProducer({
    PRODUCER_WORKERS: "1",
    PRODUCER_READY_TIMEOUT_SECONDS: "5",
    PRODUCER_FRAME_TIMEOUT_SECONDS: "5",
  });
  const { id } = await submit(service, { html: layeredPage(3) });
  await waitForRender(service, id, ({ progress }) => progress.framesDone > 5);
  const encoder = (await processTree(process.pid)).find(({ command }) => command.includes("libx264"));
  if (encoder === undefined) throw new Error("no encoder runs");
  process.kill(encoder.pid, "SIGSTOP");
  const stoppedAt = performance.now();
  await waitForRender(service, id, ({ warnings }) => warnings.length > 0, WRITE_STALL_MS + MARGIN_MS);
  expect(performance.now() - stoppedAt).toBeLessThan(WRITE_STALL_MS + MARGIN_MS);
  const render = await waitForRender(service, id);
  expect(render).toMatchObject({
    state: "succeeded",
    warnings: [
      { code: "chunk-retried", message: expect.stringContaining("The encoder stopped taking frames.") },
    ],
  });
}, 90_000);

import { chmod, rename, writeFile } from "node:fs/promises";
import { join } from "node:path";

import { type Readiness, ReadinessSchema } from "@framewright/contract";
import { expect, test } from "vitest";

import { call, getRender, post, submit, waitForRender } from "../e2e/api.ts";
import { sharedTools, openFolder } from "../e2e/machine.ts";
import { page } from "../e2e/pages.ts";
import { until } from "../e2e/process-tree.ts";
import { startTestProducer, type TestProducer } from "../e2e/producer.ts";

const UNREADY_WITHIN_MS = 20_000;
/** The trials have a longest pause of 30 s and a quarter. */
const READY_AGAIN_WITHIN_MS = 45_000;

async function readiness({ healthUrl }: TestProducer): Promise<Readiness> {
  return ReadinessSchema.strict().parse(await (await call({ url: healthUrl }, "/readyz")).json());
}

/** A program in place of another, which can be taken away. */
async function openRemovable(file: string, program: string) {
  await writeFile(file, `#!/bin/sh\nexec '${program}' "$@"\n`);
  await chmod(file, 0o755);
  const away = `${file}.away`;
  return { remove: () => rename(file, away), bringBack: () => rename(away, file) };
}

test.each(["browser", "encoder"] as const)(
  "a service whose %s is removed while it runs takes no work, and recovers once it is back",
  { timeout: 120_000 },
  async (what) => {
    await using folder = await openFolder();
    const { browser, ffmpeg } = await sharedTools();
    const file = join(folder.dir, what === "browser" ? "headless-shell" : "ffmpeg");
    const program = await openRemovable(file, what === "browser" ? browser.path : ffmpeg.ffmpeg);
    await using service = await startTestProducer(
      what === "browser"
        ? { PRODUCER_BROWSER_PATH: file }
        : { PRODUCER_FFMPEG_PATH: file, PRODUCER_FFPROBE_PATH: ffmpeg.ffprobe },
    );
    const first = await submit(service, { html: page() });
    expect((await waitForRender(service, first.id)).state).toBe("succeeded");

    await program.remove();
    const running = await Promise.all([1, 2].map(() => submit(service, { html: page({ duration: 1 }) })));
    const waiting = await submit(service, { html: page() });
    const { causes } = await until(
      () => readiness(service),
      ({ ready }) => !ready,
      UNREADY_WITHIN_MS,
    );
    expect(causes).toEqual([
      expect.objectContaining({
        code: "launch-failing",
        detail: `The ${what} did not start 3 times in a row.`,
        remedy: expect.stringContaining("doctor"),
      }),
    ]);
    for (const route of ["/v1/renders", "/v1/plans", "/render", "/render/stream"]) {
      const refused = await post(service, route, { html: page() });
      expect({ route, status: refused.status }).toEqual({ route, status: 503 });
      expect(await refused.json()).toMatchObject({ code: "worker-unavailable", retryable: true });
    }
    expect(["queued", "running"]).toContain((await getRender(service, waiting.id)).state);

    await program.bringBack();
    await until(
      () => readiness(service),
      ({ ready }) => ready,
      READY_AGAIN_WITHIN_MS,
    );
    for (const { id } of [...running, waiting])
      expect((await waitForRender(service, id, undefined, 60_000)).state).toBe("succeeded");
    const next = await submit(service, { html: page() });
    expect((await waitForRender(service, next.id)).state).toBe("succeeded");
  },
);

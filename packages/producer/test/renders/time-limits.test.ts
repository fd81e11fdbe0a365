import { FINISH_STALL_MS, WRITE_STALL_MS } from "@framewright/engine";
import { expect, test } from "vitest";

import { chunkSilenceMs, planLimitMs } from "../../src/renders/time-limits.ts";

const defaults = { planTimeoutMs: 60_000, readyTimeoutMs: 30_000, frameTimeoutMs: 30_000 };
const times = [1_000, 30_000, 300_000];
/** Starting a browser takes at most so long. */
const LAUNCH_MS = 15_000;

test("a plan has its own time", () => {
  expect(planLimitMs(defaults)).toBe(60_000);
});

test.each(times)("a page that may take %i ms to be ready is heard out by the plan and by the chunk", (ms) => {
  const limits = { ...defaults, readyTimeoutMs: ms };
  expect(planLimitMs(limits)).toBeGreaterThan(LAUNCH_MS + ms);
  expect(chunkSilenceMs(limits)).toBeGreaterThan(LAUNCH_MS + ms);
});

test.each(times)(
  "where a frame may take %i ms, an encoder that is stuck after it says so before the page is blamed",
  (ms) => {
    const silenceMs = chunkSilenceMs({ readyTimeoutMs: 1_000, frameTimeoutMs: ms });
    expect(silenceMs).toBeGreaterThan(ms + WRITE_STALL_MS);
    expect(silenceMs).toBeGreaterThan(FINISH_STALL_MS);
  },
);

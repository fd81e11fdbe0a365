import { setTimeout as sleep } from "node:timers/promises";

import { expect, it } from "vitest";

import { type SseMessage, sseResponse } from "../../src/http/sse.ts";
import { readText } from "./start-app.ts";

const noError = (error: unknown) => {
  throw error;
};

it("a quiet stream carries comments", async () => {
  async function* quiet(): AsyncGenerator<SseMessage> {
    await sleep(200);
    yield { id: 1, event: "x", data: { text: "two\nlines" } };
  }
  const text = await readText(sseResponse(quiet(), { onError: noError, heartbeatMs: 20 }));
  expect(text.match(/^: heartbeat$/gm)?.length).toBeGreaterThan(2);
  expect(text.endsWith('id: 1\nevent: x\ndata: {"text":"two\\nlines"}\n\n')).toBe(true);
});

it("a client that does not read is not written to", async () => {
  let taken = 0;
  let closed = false;
  async function* endless(): AsyncGenerator<SseMessage> {
    try {
      for (;;) {
        taken += 1;
        yield { data: taken };
      }
    } finally {
      closed = true;
    }
  }
  const response = sseResponse(endless(), { onError: noError, heartbeatMs: 5 });
  await sleep(100);
  expect(taken).toBeLessThan(5);
  await response.body?.cancel();
  await sleep(20);
  expect(closed).toBe(true);
});

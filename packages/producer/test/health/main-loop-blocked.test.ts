import { expect, test } from "vitest";

import { blockLoop, fetchProbe, openHealth, portOf, startProber } from "./support.ts";

test("/livez fails only once the main loop is silent for longer than its limit", async () => {
  await using service = openHealth({ deadAfterMs: 1500, lagLimitMs: 300 });
  const port = await portOf(service);
  const prober = await startProber(port, 2500, ["/health", "/livez", "/readyz"]);
  blockLoop(2800);
  const { statuses } = await prober.result;

  expect(Object.keys(statuses["/health"] ?? {})).toEqual(["200"]);
  expect(Object.keys(statuses["/livez"] ?? {})).toEqual(["200", "503"]);
  const unready = statuses["/readyz"]?.[503] ?? 0;
  expect(unready).toBeGreaterThan(statuses["/livez"]?.[503] ?? 0);
  await expect.poll(async () => (await fetchProbe(port, "/livez")).status, { timeout: 5000 }).toBe(200);
});

test("a thread that came to listen during a stall of the main loop is kept", async () => {
  await using service = openHealth({ startTimeoutMs: 1000 });
  blockLoop(2000);
  const port = await portOf(service);
  expect((await fetchProbe(port, "/health")).status).toBe(200);
  expect(service.log.error).not.toHaveBeenCalled();
});

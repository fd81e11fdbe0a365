import { setTimeout as sleep } from "node:timers/promises";

import { expect, test } from "vitest";

import { openGate } from "../../src/postgres/open-gate.ts";

const late = (): Error => new Error("late");

test("so many run at a time, the rest in order, and a failure gives its place on", async () => {
  const inTurn = openGate(2, 5_000, late);
  const begun: number[] = [];
  let running = 0;
  let most = 0;
  const all = Array.from({ length: 20 }, (_, n) =>
    inTurn(async () => {
      begun.push(n);
      most = Math.max(most, ++running);
      await sleep(2);
      running -= 1;
      if (n % 3 === 0) throw new Error("failed");
      return n;
    }),
  );
  const settled = await Promise.allSettled(all);
  expect(settled.map(({ status }) => status)).toEqual(
    begun.map((_, n) => (n % 3 === 0 ? "rejected" : "fulfilled")),
  );
  expect(begun).toEqual(Array.from({ length: 20 }, (_, n) => n));
  expect(most).toBe(2);
});

test("who does not come in in time is told so, and nobody else is kept", async () => {
  const inTurn = openGate(1, 50, late);
  const { promise, resolve } = Promise.withResolvers<string>();
  const first = inTurn(() => promise);
  await expect(inTurn(async () => "second")).rejects.toThrow("late");
  resolve("first");
  expect(await first).toBe("first");
  expect(await inTurn(async () => "third")).toBe("third");
});

import { afterEach, expect, test, vi } from "vitest";

import { createHysteresis } from "../../src/health/hysteresis.ts";
import { createReading } from "../../src/startup/reading.ts";

afterEach(() => vi.useRealTimers());

test("a state goes on at one reading and off only below another", () => {
  const isHigh = createHysteresis(95, 90);
  expect([94, 95, 94, 90, 89, 94, 96].map(isHigh)).toEqual([false, true, true, true, false, false, true]);
});

test("a system that does not answer is asked once, and is at fault after 3 s", async () => {
  vi.useFakeTimers({ toFake: ["performance"] });
  const answer = Promise.withResolvers<number>();
  const ask = vi.fn(() => answer.promise);
  const [onValue, onFault] = [vi.fn(), vi.fn()];
  const reading = createReading(ask, { onValue, onFault });
  reading.read();
  vi.advanceTimersByTime(2_900);
  reading.read();
  expect(onFault).not.toHaveBeenCalled();
  vi.advanceTimersByTime(200);
  reading.read();
  expect(onFault).toHaveBeenCalledWith("no answer");
  expect(ask).toHaveBeenCalledTimes(1);
  answer.resolve(7);
  await vi.waitFor(() => expect(onValue).toHaveBeenCalledWith(7));
  reading.read();
  expect(ask).toHaveBeenCalledTimes(2);
});

test("a system that refuses is at fault, with its code alone", async () => {
  const onFault = vi.fn();
  const refuse = () => Promise.reject(Object.assign(new Error("EACCES: /secret/path"), { code: "EACCES" }));
  createReading(refuse, { onValue: vi.fn(), onFault }).read();
  await vi.waitFor(() => expect(onFault).toHaveBeenCalledWith("EACCES"));
});

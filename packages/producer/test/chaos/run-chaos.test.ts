import { describe, expect, test } from "vitest";

import { endAfter, find, findBoth } from "../../src/chaos/run-chaos.ts";
import { type ChaosFinding, runChaos } from "../../src/index.ts";
import { openFolder } from "../e2e/machine.ts";
import { processesNaming, type RunningProcess, survivors, until } from "../e2e/process-tree.ts";

const LOOK_MS = 40_000;

const stage = {
  signal: new AbortController().signal,
  service: () => Promise.reject(new Error("no service was expected")),
};
const subject = { guarantee: "it recovers", fault: "a fault", boundMs: 100 };

describe("a guarantee", () => {
  test("held when the recovery is in time", async () => {
    expect(await find({ ...subject, check: async () => 99.6 }, stage)).toMatchObject({
      held: true,
      recoveryMs: 100,
      complaint: null,
    });
  });

  test("did not hold when the recovery took too long", async () => {
    expect(await find({ ...subject, check: async () => 101 }, stage)).toMatchObject({
      held: false,
      recoveryMs: 101,
      complaint: "it took too long",
    });
  });

  test("did not hold, for the reason, when something else than promised happened", async () => {
    expect(await find({ ...subject, check: ({ service }) => service().then(() => 1) }, stage)).toMatchObject({
      held: false,
      recoveryMs: null,
      complaint: "no service was expected",
    });
  });
});

describe("two guarantees at a time", () => {
  test("the second is checked once the first is idle, and told after it", async () => {
    const order: string[] = [];
    const second = Promise.withResolvers<number>();
    const found = await findBoth(
      {
        ...subject,
        check: async ({ onIdle }) => {
          order.push("first");
          onIdle?.();
          return second.promise;
        },
      },
      {
        ...subject,
        check: async () => {
          order.push("second");
          second.resolve(1);
          return 2;
        },
      },
      stage,
    );
    expect(order).toEqual(["first", "second"]);
    expect(found).toMatchObject([
      { held: true, recoveryMs: 1 },
      { held: true, recoveryMs: 2 },
    ]);
  });

  test("the second is checked also when the first fails before it is idle", async () => {
    const found = await findBoth(
      { ...subject, check: () => Promise.reject(new Error("no browser was running")) },
      { ...subject, check: async () => 2 },
      stage,
    );
    expect(found).toMatchObject([
      { held: false, complaint: "no browser was running" },
      { held: true, recoveryMs: 2 },
    ]);
  });
});

describe("what did not hold", () => {
  const held: ChaosFinding = { ...subject, held: true, recoveryMs: 1, complaint: null };
  const lost: ChaosFinding = { ...subject, held: false, recoveryMs: null, complaint: "it is lost" };

  test("ends the service for the next", async () => {
    let closed = 0;
    const close = async (): Promise<void> => void (closed += 1);
    expect(await endAfter([held], { close })).toEqual([held]);
    expect(closed).toBe(0);
    expect(await endAfter([held, lost], { close })).toEqual([held, lost]);
    expect(closed).toBe(1);
  });

  test("is told also when the service cannot be ended", async () => {
    const close = (): Promise<void> => Promise.reject(new Error("the service did not end within 5 s"));
    expect(await endAfter([held, lost], { close })).toEqual([
      held,
      { ...lost, complaint: "it is lost; then the service did not end within 5 s" },
    ]);
  });
});

test(
  "an interrupt in mid-render ends it with its reason and leaves no process",
  { timeout: 90_000 },
  async () => {
    await using folder = await openFolder();
    const controller = new AbortController();
    const running = (async () => {
      for await (const finding of runChaos(folder.dir, controller.signal)) expect(finding.held).toBe(true);
    })();
    const outcome = running.catch((error: unknown) => error);
    const encodes = ({ command }: RunningProcess): boolean => command.includes("libx264");
    const rendering = await until(
      () => processesNaming(folder.dir),
      (found) => found.some(encodes),
      LOOK_MS,
    );
    controller.abort(new Error("interrupted"));
    expect(await outcome).toMatchObject({ message: "interrupted" });
    expect(rendering.some(encodes)).toBe(true);
    expect(await survivors(rendering)).toEqual([]);
    expect(await processesNaming(folder.dir)).toEqual([]);
  },
);

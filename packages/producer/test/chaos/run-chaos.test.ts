import { describe, expect, test } from "vitest";

import { find } from "../../src/chaos/run-chaos.ts";
import { runChaos } from "../../src/index.ts";
import { openFolder } from "../e2e/machine.ts";
import { processesNaming, type RunningProcess, survivors, until } from "../e2e/process-tree.ts";

/** As long as the checks give themselves at most, and a margin. */
const ALL_CHECKS_MS = 260_000;
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

test("every guarantee holds on this machine, and nothing is left", { timeout: ALL_CHECKS_MS }, async () => {
  await using folder = await openFolder();
  const found = [];
  for await (const finding of runChaos(folder.dir, new AbortController().signal)) found.push(finding);
  expect(found).toHaveLength(10);
  expect(found.filter(({ held }) => !held)).toEqual([]);
  expect(await processesNaming(folder.dir)).toEqual([]);
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
    const encodes = ({ command }: RunningProcess): boolean => command.includes("image2pipe");
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

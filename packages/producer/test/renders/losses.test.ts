import { type ProblemCode, ProblemError } from "@framewright/contract";
import { expect, test } from "vitest";

import { type Behaviour, except, healthy, probeOf, stuck } from "./behaviours.ts";
import { ended, openFleet, workLeft } from "./fleet.ts";

type Reason = "oom" | "killed" | "crash";

function lost(reason: Reason, signal: string | null = "SIGKILL"): ProblemError {
  const exit = { process: "worker", reason, code: null, signal } as const;
  return new ProblemError("worker-lost", `It ended (${reason}).`, { evidence: { exit } });
}

/** Loses the first so many jobs of a kind. */
function losing(
  kind: "probe" | "chunk" | "assemble" | "verify",
  times: number,
  loss: () => Error,
): Behaviour {
  let left = times;
  return except(kind, async (job, options) => {
    if (left-- > 0) throw loss();
    return healthy(job, options);
  });
}

test.each([
  ["probe", "step-retried", "Planning was done again"],
  ["chunk", "chunk-retried", "were rendered again"],
  ["assemble", "step-retried", "Joining the chunks was done again"],
  ["verify", "step-retried", "Checking the video was done again"],
] as const)("a %s whose worker was lost is done again, and it is said", async (kind, code, words) => {
  const fleet = await openFleet();
  const host = await fleet.start({ behaviour: losing(kind, 1, () => lost("killed")), places: 1 });
  const { id } = await host.submit();
  expect(await ended(host, id)).toMatchObject({
    state: "succeeded",
    warnings: [{ code, message: expect.stringContaining(words) }],
  });
});

test("losses are charged in the database: the third life of a composition does not forget the first two", async () => {
  const fleet = await openFleet();
  const api = await fleet.start({ places: 0 });
  const { id } = await api.submit();
  for (let life = 1; life <= 2; life += 1) {
    let hasLost = false;
    const host = await fleet.start({
      places: 1,
      behaviour: except("probe", (job, options) => {
        if (hasLost) return stuck(job, options);
        hasLost = true;
        return Promise.reject(lost("oom"));
      }),
    });
    const charges = async (): Promise<number | undefined> => {
      const [row] = await fleet.database.query<{ charges: { charges: number } | null }>(
        "SELECT charges FROM framewright.renders",
      );
      return row?.charges?.charges;
    };
    await expect.poll(charges, { timeout: 5_000 }).toBe(life);
    await host.stop();
  }
  const last = await fleet.start({ behaviour: losing("chunk", 1, () => lost("oom")), places: 1 });
  expect(await ended(last, id)).toMatchObject({
    state: "failed",
    problem: { code: "composition-poisonous", evidence: { exit: { reason: "oom" } } },
    warnings: [{ code: "step-retried" }, { code: "step-retried" }],
  });
  expect(await workLeft(fleet.database)).toEqual([]);
});

test("a chunk whose worker is killed again and again fails the render with that", async () => {
  const fleet = await openFleet();
  const host = await fleet.start({ behaviour: losing("chunk", Infinity, () => lost("killed")), places: 1 });
  const { id } = await host.submit();
  expect(await ended(host, id)).toMatchObject({
    state: "failed",
    problem: { code: "worker-lost", retryable: true },
  });
});

test.each([
  ["chunk", "page-script-failed"],
  ["probe", "duration-infinite"],
  ["assemble", "disk-full"],
  ["verify", "render-timeout"],
] as const satisfies readonly (readonly [string, ProblemCode])[])(
  "a %s that fails of %s is not tried again",
  async (kind, code) => {
    const fleet = await openFleet();
    let tries = 0;
    const host = await fleet.start({
      places: 1,
      behaviour: except(kind, async () => {
        tries += 1;
        throw new ProblemError(code, "It cannot be.");
      }),
    });
    const { id } = await host.submit();
    expect(await ended(host, id)).toMatchObject({
      state: "failed",
      problem: { code, detail: "It cannot be." },
    });
    expect(tries).toBe(1);
    expect(await workLeft(fleet.database)).toEqual([]);
  },
);

test.each(["worker-unavailable", "store-unavailable", "shutting-down"] as const)(
  "what a host cannot do for %s is done by another, uncharged",
  async (code) => {
    const fleet = await openFleet();
    const api = await fleet.start({ places: 0 });
    const { id } = await api.submit();
    let refused = 0;
    const broken = await fleet.start({
      places: 1,
      behaviour: async () => {
        refused += 1;
        throw new ProblemError(code, "Not here.");
      },
    });
    await expect.poll(() => refused, { timeout: 5_000 }).toBeGreaterThan(0);
    await broken.stop();
    await fleet.start();
    expect(await ended(api, id)).toMatchObject({ state: "succeeded", warnings: [] });
  },
);

test("what fails unexpectedly tells the caller nothing of the inside", async () => {
  const fleet = await openFleet();
  const host = await fleet.start({
    behaviour: async (job) => {
      if (job.kind === "probe") return probeOf();
      throw new TypeError("/srv/secret.ts is undefined");
    },
  });
  const { id } = await host.submit();
  const render = await ended(host, id);
  expect(render).toMatchObject({ state: "failed", problem: { code: "internal" } });
  expect(JSON.stringify(render)).not.toContain("secret");
});

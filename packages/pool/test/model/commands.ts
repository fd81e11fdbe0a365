import { setTimeout as sleep } from "node:timers/promises";

import * as fc from "fast-check";

import { BEHAVIOURS, STARTS } from "./behaviour.ts";
import type { Blow, World } from "./world.ts";

export interface Model {
  isClosed: boolean;
}

type Act = (world: World, model: Model) => void | Promise<void>;

/** One step; afterwards, everything that must hold at any time is checked. */
function step(name: string, act: Act, isPossible = (_model: Readonly<Model>): boolean => true) {
  const command: fc.AsyncCommand<Model, World, true> = {
    check: async (model) => isPossible(model),
    run: async (model, world) => {
      await act(world, model);
      await world.check();
    },
    toString: () => name,
  };
  return command;
}

const choice = fc.nat({ max: 1_000 });

const run = fc
  .record({
    order: fc.record({ do: fc.constantFrom(...BEHAVIOURS), ms: fc.nat({ max: 150 }) }),
    deadlineMs: fc.integer({ min: 0, max: 900 }),
    priority: fc.nat({ max: 2 }),
    stallTimeoutMs: fc.option(fc.integer({ min: 50, max: 400 }), { nil: undefined, freq: 4 }),
  })
  .map(({ order, ...options }) =>
    step(`run ${order.do} ${order.ms} ${JSON.stringify(options)}`, (world: World) =>
      world.run(order, options),
    ),
  );

const abort = choice.map((n) => step(`abort ${n}`, (world: World) => world.abort(n)));

const signal = fc
  .tuple(choice, fc.constantFrom("SIGKILL", "SIGSTOP", "SIGCONT", "SIGTERM"))
  .map(([n, name]) => step(`${name} ${n}`, (world: World) => world.signal(n, name)));

const wait = fc.nat({ max: 200 }).map((ms) =>
  step(`wait ${ms}`, async () => {
    await sleep(ms);
  }),
);

const start = fc
  .oneof(
    { weight: 1, arbitrary: fc.constant("well" as const) },
    { weight: 1, arbitrary: fc.constantFrom(...STARTS) },
  )
  .map((how) => step(`let children start ${how}`, (world: World) => world.setStart(how)));

const close = fc.nat({ max: 300 }).map((ms) =>
  step(
    `close ${ms}`,
    (world, model) => {
      world.close(ms);
      model.isClosed = true;
    },
    (model) => !model.isClosed,
  ),
);

const SIZE = { maxCommands: 30, size: "max" } as const;

/** Histories of a pool. Most are not closed halfway. */
export const histories = fc.oneof(
  { weight: 3, arbitrary: fc.commands([run, run, wait, wait, abort, signal, start], SIZE) },
  { weight: 1, arbitrary: fc.commands([run, run, wait, wait, abort, signal, start, close], SIZE) },
);

/** SIGCONT does no harm. */
export const blows: fc.Arbitrary<Blow> = fc.record({
  choice,
  signal: fc.constantFrom("SIGCONT", "SIGCONT", "SIGSTOP", "SIGKILL"),
});

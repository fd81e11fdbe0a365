import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

import * as fc from "fast-check";
import { afterAll, beforeAll, expect, it } from "vitest";

import { blows, histories, type Model } from "./commands.ts";
import { type Blow, World } from "./world.ts";

/** Histories that go on at the same time: most of each is waiting. */
const LANES = 10;
const RUNS = Number(
  process.env["FRAMEWRIGHT_MODEL_RUNS"] ?? (process.env["FRAMEWRIGHT_LONG"] === undefined ? 25 : 100),
);
/** `seed:path` of a history that failed. */
const REPEAT = process.env["FRAMEWRIGHT_MODEL_SEED"];
const TIMEOUT_MS = 180_000 + RUNS * 2_000;

type History = Iterable<fc.AsyncCommand<Model, World, true>>;

const compileCache = mkdtempSync(join(tmpdir(), "pool-model-cache-"));
const strays: unknown[] = [];
const collect = (error: unknown): void => void strays.push(error);
let hasFailed = false;

beforeAll(() => {
  process.on("unhandledRejection", collect);
  process.on("uncaughtException", collect);
});

afterAll(() => {
  process.off("unhandledRejection", collect);
  process.off("uncaughtException", collect);
  rmSync(compileCache, { recursive: true });
});

async function live(history: History, blow: Blow): Promise<void> {
  // One violation is enough: the other lanes end.
  if (hasFailed) return;
  const world = new World(compileCache);
  try {
    await fc.asyncModelRun(() => ({ model: { isClosed: false }, real: world }), history);
    await world.finish(blow);
    expect(strays, "unhandled errors").toEqual([]);
  } catch (error) {
    hasFailed = true;
    throw error;
  } finally {
    await world.release();
  }
}

async function checkLane(parameters: fc.Parameters<[History, Blow]>): Promise<void> {
  const details = await fc.check(fc.asyncProperty(histories, blows, live), {
    ...parameters,
    endOnFailure: true,
  });
  if (!details.failed) return;
  const repeat = `FRAMEWRIGHT_MODEL_SEED=${details.seed}:${details.counterexamplePath} vitest run model`;
  throw new Error(`Repeat it in packages/pool: ${repeat}\n${fc.defaultReportMessage(details)}`, {
    cause: details.errorInstance,
  });
}

it.runIf(process.platform === "linux")(
  "whatever its children do and whenever they die, the pool keeps its promises",
  { timeout: TIMEOUT_MS },
  async () => {
    if (REPEAT !== undefined) {
      const [seed, ...path] = REPEAT.split(":");
      return checkLane({ seed: Number(seed), path: path.join(":"), numRuns: 1 });
    }
    const seed = Date.now() & 0x7fffffff;
    const lanes = Array.from({ length: LANES }, (_, lane) =>
      checkLane({ seed: seed + lane, numRuns: Math.ceil((RUNS - lane) / LANES) }),
    );
    const outcomes = await Promise.allSettled(lanes);
    const failure = outcomes.find((outcome) => outcome.status === "rejected");
    if (failure) throw failure.reason;
  },
);

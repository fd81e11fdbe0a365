import { setTimeout as sleep } from "node:timers/promises";

import { afterEach, type TestContext } from "vitest";

import { type Pool, type PoolEvent, type PoolOptions, PoolError, startPool } from "../src/index.ts";

export const fixture = (name: string): URL => new URL(`./fixtures/${name}.ts`, import.meta.url);
export const inMs = (ms: number): number => Date.now() + ms;

export interface TestPool {
  readonly pool: Pool;
  readonly events: PoolEvent[];
  readonly output: string[];
}

const open = new Set<Pool>();

/** A pool that ends with its test; where tests run at the same time, by their context. */
export function openPool(name: string, options: Partial<PoolOptions> = {}, context?: TestContext): TestPool {
  const events: PoolEvent[] = [];
  const output: string[] = [];
  const pool = startPool({
    entry: fixture(name),
    size: 1,
    env: {},
    killGraceMs: 500,
    onEvent: (event) => events.push(event),
    onOutput: (line) => output.push(line),
    ...options,
  });
  if (context) context.onTestFinished(() => pool.close(Date.now()));
  else open.add(pool);
  return { pool, events, output };
}

afterEach(async () => {
  await Promise.all([...open].map((pool) => pool.close(Date.now())));
  open.clear();
});

/** Waits until a condition holds; fails after `timeoutMs`. */
export async function until<T>(
  what: string,
  timeoutMs: number,
  probe: () => T | undefined | false,
): Promise<T> {
  const end = Date.now() + timeoutMs;
  for (;;) {
    const found = probe();
    if (found !== undefined && found !== false) return found;
    if (Date.now() > end) throw new Error(`${what}: not within ${timeoutMs} ms`);
    await sleep(10);
  }
}

export const exits = (events: readonly PoolEvent[]) =>
  events.flatMap((event) => (event.type === "exit" ? [event.exit] : []));
export const count = (events: readonly PoolEvent[], type: PoolEvent["type"]): number =>
  events.filter((event) => event.type === type).length;

export const readyChild = ({ pool }: TestPool, timeoutMs = 10_000) =>
  until("a ready child", timeoutMs, () => pool.snapshot().children.find((child) => child.state === "ready"));

/** The error that a promise rejects with. */
export async function errorOf(promise: Promise<unknown>): Promise<PoolError> {
  const outcome = await promise.then(
    (value) => ({ value }),
    (error: unknown) => ({ error }),
  );
  if ("error" in outcome && outcome.error instanceof PoolError) return outcome.error;
  throw new Error("expected a PoolError", { cause: outcome });
}

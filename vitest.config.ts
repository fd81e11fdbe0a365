import { fileURLToPath } from "node:url";

import { configDefaults, defineConfig, type TestProjectConfiguration } from "vitest/config";

import { ALONE, LONG, MEASURED } from "./vitest.measured.ts";

const LEFT_OUT = process.env["FRAMEWRIGHT_LONG"] === undefined ? LONG : [];

interface Group {
  readonly name: string;
  readonly include: string[];
  readonly exclude?: string[];
  /** Files at a time. */
  readonly maxWorkers: number;
  /** Groups run one after the other. */
  readonly groupOrder: number;
}

function group(
  root: string,
  { name, include, exclude = [], maxWorkers, groupOrder }: Group,
): TestProjectConfiguration {
  return {
    root: `packages/${root}`,
    test: {
      name: `${root} ${name}`,
      include,
      exclude: [...configDefaults.exclude, ...LEFT_OUT, ...exclude],
      pool: "forks",
      maxWorkers,
      sequence: { groupOrder },
      testTimeout: 30_000,
      hookTimeout: 30_000,
      // Where nothing is said of time, a busy machine may take its own.
      expect: { poll: { timeout: 10_000 } },
    },
  };
}

const ALL = ["test/**/*.test.ts"];

export default defineConfig({
  test: {
    // One PostgreSQL for all tests; each takes a database of its own.
    globalSetup: fileURLToPath(new URL("packages/producer/test/postgres/global-setup.ts", import.meta.url)),
    projects: ["contract", "pool", "fonts", "local-cdn", "engine", "producer", "client", "cli"].flatMap(
      (name) => [
        group(name, {
          name: "tests",
          include: ALL,
          exclude: [...MEASURED, ...ALONE],
          maxWorkers: 2,
          groupOrder: 0,
        }),
        group(name, { name: "measured", include: MEASURED, exclude: ALONE, maxWorkers: 2, groupOrder: 1 }),
        group(name, { name: "alone", include: ALONE, maxWorkers: 1, groupOrder: 2 }),
      ],
    ),
  },
});

import { defineConfig, type TestProjectConfiguration } from "vitest/config";

/** A file that would disturb the times that others measure, or they its own: it runs after them, by itself. */
function alone(name: string, root: string, include: string, groupOrder: number): TestProjectConfiguration {
  return { root, test: { name, include: [include], pool: "forks", maxWorkers: 1, sequence: { groupOrder } } };
}

export default defineConfig({
  test: {
    projects: [
      "packages/*",
      alone("model", "packages/pool", "test/model/model.test.ts", 1),
      alone("guarantees", "packages/producer", "test/chaos/every-guarantee.test.ts", 2),
    ],
  },
});

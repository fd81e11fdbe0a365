import { defineConfig } from "vitest/config";

export default defineConfig({
  test: {
    projects: [
      "packages/*",
      // Measures how fast a service recovers: after all others, with the machine to itself.
      {
        root: "packages/producer",
        test: {
          name: "alone",
          include: ["test/chaos/every-guarantee.test.ts"],
          pool: "forks",
          maxWorkers: 1,
          sequence: { groupOrder: 1 },
        },
      },
    ],
    // Many tests start browsers and measure time: more files at once than cores would measure each other.
    maxWorkers: 2,
  },
});

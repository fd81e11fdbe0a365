import { defineConfig } from "vitest/config";

/** For a run in this folder; a run of everything has the configuration of the root. */
export default defineConfig({
  test: {
    globalSetup: "test/postgres/global-setup.ts",
    pool: "forks",
    testTimeout: 30_000,
    hookTimeout: 30_000,
  },
});

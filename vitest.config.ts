import { defineConfig } from "vitest/config";

export default defineConfig({
  test: {
    projects: ["packages/*"],
    // Many tests start browsers and measure time: more files at once than cores would measure each other.
    maxWorkers: 2,
  },
});

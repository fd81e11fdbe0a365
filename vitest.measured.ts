/** Test files, by patterns within a package, whose bounds of time would not hold beside many others. */
export const MEASURED = [
  "test/faults/**/*.test.ts",
  "test/flood.test.ts",
  "test/files/snapshot-load.test.ts",
  "test/shutdown/**/*.test.ts",
];

/** Those that need the machine for themselves. */
export const ALONE = ["test/model/model.test.ts", "test/chaos/every-guarantee.test.ts"];

/** Test files, by patterns within a package, whose bounds of time would not hold beside many others. */
export const MEASURED = [
  "test/faults/**/*.test.ts",
  "test/flood.test.ts",
  "test/files/snapshot-load.test.ts",
  "test/shutdown/**/*.test.ts",
];

/** Those that need the machine for themselves. */
export const ALONE = ["test/model/model.test.ts", "test/chaos/every-guarantee.test.ts"];

/** Those that take a minute or more of the whole machine: with FRAMEWRIGHT_LONG=1 only, which `pnpm faults` sets. */
export const LONG = ["test/chaos/every-guarantee.test.ts", "test/store/large-file.test.ts"];

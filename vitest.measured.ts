/** Test files, by patterns within a package, whose bounds of time would not hold beside many others. */
export const MEASURED = [
  "test/chaos/run-chaos.test.ts",
  "test/browser-work.test.ts",
  "test/faults/**/*.test.ts",
  "test/e2e/guards.test.ts",
  "test/e2e/producer-ends.test.ts",
  "test/health/launch-failing.test.ts",
  "test/health/thread-close.test.ts",
  "test/model/model.test.ts",
  "test/readiness.test.ts",
];

/** Those that need the machine for themselves. */
export const ALONE = [
  "test/chaos/every-guarantee.test.ts",
  "test/e2e/stuck-pages.test.ts",
  "test/faults/default-times.test.ts",
  "test/faults/starvation.test.ts",
  "test/files/snapshot-load.test.ts",
  "test/flood.test.ts",
  "test/shutdown/**/*.test.ts",
];

/**
 * Those that do not fit into the twelve minutes of the gate, or miss their bounds beside others: with
 * FRAMEWRIGHT_LONG=1 only. They belong to a release as much as the rest.
 */
export const LONG = [
  "test/cases/*.test.ts",
  "test/chaos/*.test.ts",
  "test/e2e/api-ends.test.ts",
  "test/e2e/cancelled-renders.test.ts",
  "test/e2e/compositions.test.ts",
  "test/e2e/determinism.test.ts",
  "test/e2e/frame-events.test.ts",
  "test/e2e/guards.test.ts",
  "test/e2e/lost-workers.test.ts",
  "test/e2e/network.test.ts",
  "test/e2e/producer-ends.test.ts",
  "test/e2e/render-life.test.ts",
  "test/e2e/screenshots.test.ts",
  "test/e2e/stuck-encoder.test.ts",
  "test/e2e/stuck-pages.test.ts",
  "test/e2e/time-sources.test.ts",
  "test/e2e/webhooks.test.ts",
  "test/faults/c*.test.ts",
  "test/faults/d*.test.ts",
  "test/faults/edge-*.test.ts",
  "test/faults/fleet-*.test.ts",
  "test/faults/health-launch.test.ts",
  "test/faults/health-service.test.ts",
  "test/faults/health-start.test.ts",
  "test/faults/limits.test.ts",
  "test/faults/outages.test.ts",
  "test/faults/repeated-starts.test.ts",
  "test/faults/starvation.test.ts",
  "test/faults/store*.test.ts",
  "test/faults/zombies.test.ts",
  "test/files/snapshot-load.test.ts",
  "test/health/launch-failing.test.ts",
  "test/limits.test.ts",
  "test/model/model.test.ts",
  "test/postgres/database.test.ts",
  "test/postgres/embedded.test.ts",
  "test/renders/hosts.test.ts",
  "test/renders/losses.test.ts",
  "test/renders/retention.test.ts",
  "test/renders/tenants.test.ts",
  "test/startup/start-failure.test.ts",
  "test/store/large-file.test.ts",
  "test/store/service-on-s3.test.ts",
  "test/webhooks/deliveries.test.ts",
];

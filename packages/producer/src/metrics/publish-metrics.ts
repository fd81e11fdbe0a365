import type { Heartbeat } from "../health/heartbeat.ts";
import type { Log } from "../log.ts";
import type { Metrics } from "./metrics.ts";

/** Often enough for any scraper, and for what is read while the main loop is blocked. */
const INTERVAL_MS = 1_000;

/** Puts the metrics where the health thread can read them, at once and every second, until closed. */
export function publishMetrics(
  metrics: Metrics,
  heartbeat: Heartbeat,
  log: Log,
): { readonly close: () => void } {
  const publish = async (): Promise<void> => {
    try {
      heartbeat.publishMetrics(await metrics.render());
    } catch (error) {
      log.error({ err: error }, "the metrics could not be written");
    }
  };
  void publish();
  const timer = setInterval(() => void publish(), INTERVAL_MS).unref();
  return { close: () => clearInterval(timer) };
}

import type { Readiness } from "@framewright/contract";

import { CAUSE_CODES } from "./causes.ts";
import { type Pulse, readAgeMs } from "./pulse.ts";
import { type Limits, readLiveness, readReadiness } from "./readiness.ts";
import { readText } from "./shared-text.ts";

/** What the health thread knows better than the main loop, written out: it holds no library. */
function ownGauges(
  pulse: Pulse,
  { ready, mainLoop }: Readiness,
  deadAfterMs: number,
): [string, string, number][] {
  const live = readLiveness(pulse, deadAfterMs).status === "ok";
  const ageMs = readAgeMs(pulse, "metricsAt");
  return [
    ["live", "Whether /livez answers 200.", Number(live)],
    ["ready", "Whether /readyz answers 200.", Number(ready)],
    ["heartbeat_age_seconds", "Time since the main loop last turned.", mainLoop.heartbeatAgeMs / 1000],
    ["main_loop_lag_seconds", "How late the main loop is.", mainLoop.lagMs / 1000],
    [
      "metrics_age_seconds",
      "Age of all metrics but these; NaN before the first.",
      ageMs === null ? NaN : ageMs / 1000,
    ],
  ];
}

/** Each cause for not being ready, as 0 or 1. */
function causeGauges({ causes }: Readiness): string {
  const lines = CAUSE_CODES.filter((code) => code !== "main-loop-dead").map(
    (code) =>
      `framewright_health_cause{code="${code}"} ${Number(causes.some((cause) => cause.code === code))}\n`,
  );
  const head =
    "# HELP framewright_health_cause Why /readyz answers 503.\n# TYPE framewright_health_cause gauge\n";
  return head + lines.join("");
}

/** The body of GET /metrics on the health port: the main loop's last metrics, and the thread's own, which are live. */
export function readMetrics(pulse: Pulse, { lagLimitMs, deadAfterMs }: Limits): string {
  const readiness = readReadiness(pulse, lagLimitMs);
  const own = ownGauges(pulse, readiness, deadAfterMs).map(([name, help, value]) => {
    const metric = `framewright_health_${name}`;
    return `# HELP ${metric} ${help}\n# TYPE ${metric} gauge\n${metric} ${value}\n`;
  });
  return own.join("") + causeGauges(readiness) + (readText(pulse.metrics) ?? "");
}

import { type ProblemCode, PROBLEMS } from "@framewright/contract";
import { Counter, Histogram, type Registry } from "prom-client";

import type { RenderCounts } from "../renders/observer.ts";
import type { Load } from "../renders/watch-load.ts";
import { addCounters, addGauge, addGauges } from "./families.ts";

/** In seconds: from a queue that is empty to one that is hours long. */
const WAIT_BUCKETS = [0.1, 0.5, 1, 5, 15, 60, 300, 900, 3_600];
const DURATION_BUCKETS = [1, 2, 5, 15, 60, 300, 900, 3_600];

const OUTCOMES = ["succeeded", "failed", "cancelled"] as const;
const CHUNK_OUTCOMES = ["done", "retried", "failed", "cancelled"] as const;
// Object.keys forgets the type of the keys; the catalogue has no others.
const CODES = Object.keys(PROBLEMS) as readonly ProblemCode[];

/** Counts what happens to renders. No label names a render, a path or a client. */
export function countRenders(registry: Registry): RenderCounts {
  const registers = [registry];
  const family = (name: string, help: string) => ({ name: `framewright_${name}`, help, registers });
  const ended = addCounters(
    registry,
    "framewright_renders_total",
    "Renders that have ended.",
    "outcome",
    OUTCOMES,
  );
  const failed = addCounters(
    registry,
    "framewright_render_failures_total",
    "Renders that have failed, by the code of their problem.",
    "code",
    CODES,
  );
  const chunk = addCounters(
    registry,
    "framewright_chunks_total",
    "Attempts at a chunk that have ended.",
    "outcome",
    CHUNK_OUTCOMES,
  );
  const frames = new Counter(family("frames_total", "Frames of finished chunks."));
  const bytes = new Counter(family("artifact_bytes_total", "Bytes of finished videos."));
  const wait = new Histogram({
    ...family("queue_wait_seconds", "From a render's admission to its start."),
    buckets: WAIT_BUCKETS,
  });
  const duration = new Histogram({
    ...family("render_duration_seconds", "From a render's start to its end."),
    buckets: DURATION_BUCKETS,
  });
  return {
    started: (waitedMs) => wait.observe(waitedMs / 1000),
    chunkEnded: (outcome, count) => {
      chunk(outcome);
      frames.inc(count);
    },
    ended: ({ outcome, code, runMs, bytes: size }) => {
      ended(outcome);
      if (outcome === "failed" && code !== null) failed(code);
      if (runMs !== null) duration.observe(runMs / 1000);
      bytes.inc(size);
    },
  };
}

/** Shows how many renders wait and run. */
export function showLoad(registry: Registry, read: () => Load): void {
  addGauge(registry, "framewright_queue_depth", "Renders that wait.", () => read().waiting);
  addGauges(registry, "framewright_renders", "Renders that have not ended.", "state", () => ({
    queued: read().waiting,
    running: read().running,
  }));
}

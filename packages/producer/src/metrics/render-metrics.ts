import { PROBLEMS } from "@framewright/contract";
import { Counter, Gauge, Histogram, type Registry } from "prom-client";

import type { RenderObserver } from "../renders/observer.ts";

/** In seconds: from a queue that is empty to one that is hours long. */
const WAIT_BUCKETS = [0.1, 0.5, 1, 5, 15, 60, 300, 900, 3_600];
const DURATION_BUCKETS = [1, 2, 5, 15, 60, 300, 900, 3_600];

const OUTCOMES = ["succeeded", "failed", "cancelled"] as const;
const CHUNK_OUTCOMES = ["done", "retried", "failed", "cancelled"] as const;

/** A counter with one bounded label, each of whose values shows from the start. */
function labelled<L extends string>(
  registers: Registry[],
  name: string,
  help: string,
  label: string,
  values: readonly L[],
): (value: L) => void {
  const counter = new Counter({ name, help, labelNames: [label], registers });
  for (const value of values) counter.inc({ [label]: value }, 0);
  return (value) => counter.inc({ [label]: value });
}

/** Counts what happens to renders. No label names a render, a path or a client. */
export function countRenders(registry: Registry): RenderObserver {
  const registers = [registry];
  const ended = labelled(
    registers,
    "framewright_renders_total",
    "Renders that have ended.",
    "outcome",
    OUTCOMES,
  );
  const failed = labelled(
    registers,
    "framewright_render_failures_total",
    "Renders that have failed, by the code of their problem.",
    "code",
    Object.keys(PROBLEMS),
  );
  const chunk = labelled(
    registers,
    "framewright_chunks_total",
    "Attempts at a chunk that have ended.",
    "outcome",
    CHUNK_OUTCOMES,
  );
  const frames = new Counter({
    name: "framewright_frames_total",
    help: "Frames of finished chunks.",
    registers,
  });
  const bytes = new Counter({
    name: "framewright_artifact_bytes_total",
    help: "Bytes of finished videos.",
    registers,
  });
  const wait = new Histogram({
    name: "framewright_queue_wait_seconds",
    help: "From a render's admission to its start.",
    buckets: WAIT_BUCKETS,
    registers,
  });
  const duration = new Histogram({
    name: "framewright_render_duration_seconds",
    help: "From a render's start to its end.",
    buckets: DURATION_BUCKETS,
    registers,
  });
  return {
    started: (waitedMs) => wait.observe(waitedMs / 1000),
    stage: () => undefined,
    progressed: () => undefined,
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

/** What is known of the queue at the moment of asking. */
export interface Load {
  readonly waiting: number;
  readonly stages: readonly unknown[];
}

/** Shows how many renders wait and run. */
export function showLoad(registry: Registry, read: () => Load): void {
  const registers = [registry];
  new Gauge({
    name: "framewright_queue_depth",
    help: "Renders that wait.",
    registers,
    collect() {
      this.set(read().waiting);
    },
  });
  new Gauge({
    name: "framewright_renders",
    help: "Renders that have not ended.",
    labelNames: ["state"],
    registers,
    collect() {
      const { waiting, stages } = read();
      this.set({ state: "queued" }, waiting);
      this.set({ state: "running" }, stages.length);
    },
  });
}

import {
  type Artifact,
  type Plan,
  type Problem,
  type Progress,
  type Render,
  type RenderState,
  type Reused,
  type Verdict,
  type Warning,
} from "@framewright/contract";

import type { Size } from "../plan/size-guard.ts";
import type { ChargesState } from "./charges.ts";
import type { Sample } from "./frame-rate.ts";
import type { SnapshotIdentity } from "./port.ts";
import { resolveOptions, type StoredOptions } from "./resolve-options.ts";

/** A render as the database holds it. */
export interface RenderRow {
  readonly id: string;
  readonly ord: string;
  readonly tenant: string;
  readonly state: RenderState;
  readonly request_id: string;
  readonly options: StoredOptions;
  readonly snapshot: SnapshotIdentity;
  readonly created_at: Date;
  readonly started_at: Date | null;
  readonly finished_at: Date | null;
  readonly deadline: Date;
  readonly released: boolean;
  readonly progress: Progress;
  readonly frames_done: number;
  readonly chunks_left: number;
  readonly meter: readonly Sample[];
  readonly plan: Plan | null;
  readonly page: Size | null;
  readonly warnings: readonly Warning[];
  readonly reused: Reused | null;
  readonly verdict: Verdict | null;
  readonly artifact: Artifact | null;
  readonly artifact_key: string | null;
  readonly problem: Problem | null;
  readonly charges: ChargesState | null;
  readonly assemblies: number;
}

/** Of a render that is being changed, without what may be large: a plan of thousands of chunks, say. */
export type LockedRender = Pick<
  RenderRow,
  | "id"
  | "ord"
  | "tenant"
  | "state"
  | "request_id"
  | "created_at"
  | "started_at"
  | "deadline"
  | "progress"
  | "meter"
  | "charges"
  | "assemblies"
>;

export const QUEUED: Progress = {
  stage: "queued",
  framesDone: 0,
  framesTotal: null,
  framesPerSecond: null,
  secondsLeft: null,
  waitingFor: null,
  queuePosition: null,
};

export function toRender(row: RenderRow): Render {
  const { snapshot } = row;
  const options = resolveOptions(row.options);
  const self = `/v1/renders/${row.id}`;
  return {
    id: row.id,
    state: row.state,
    createdAt: row.created_at.toISOString(),
    startedAt: row.started_at?.toISOString() ?? null,
    finishedAt: row.finished_at?.toISOString() ?? null,
    deadline: row.deadline.toISOString(),
    settings: {
      source: snapshot.source,
      entryFile: options.entryFile,
      fps: String(options.fps),
      width: options.width ?? null,
      height: options.height ?? null,
      quality: options.quality,
      format: options.format,
      codec: options.output.codec,
      transparent: options.output.transparent,
      range: options.range ?? null,
    },
    progress: row.progress,
    plan: row.plan,
    warnings: [...row.warnings],
    reused: row.reused,
    verdict: row.verdict,
    artifact: row.artifact,
    problem: row.problem,
    links: { self, events: `${self}/events`, artifact: `${self}/artifact` },
  };
}

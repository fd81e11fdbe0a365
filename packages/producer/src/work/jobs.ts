import type { Chunk, Fps, Library, Verdict } from "@framewright/contract";
import type {
  AssembleTask,
  CapturedChunk,
  Expectation,
  MediaLimits,
  MixedSound,
  Picture,
  Probe,
  SoundTask,
  Tools,
} from "@framewright/engine";
import type { LibraryMode, LibraryReport, NpmSettings } from "@framewright/local-cdn";

import type { RefusedRequest } from "../files/egress-record.ts";

/** Where a page's libraries come from. */
export interface LibrarySettings {
  readonly mode: LibraryMode;
  /** A folder that this machine's processes share. */
  readonly cacheDir: string;
  readonly npm: NpmSettings;
}

/** What a page gets of CDNs. */
export interface JobLibraries extends LibrarySettings {
  /** What the plan found. */
  readonly locked: readonly Library[];
  /** What it did not get. */
  readonly missing: readonly string[];
}

/** What every job that opens a page needs. */
export interface PageJob {
  readonly tools: Tools;
  readonly snapshotDir: string;
  readonly entryFile: string;
  readonly variables: Readonly<Record<string, unknown>>;
  readonly fps: Fps;
  /** The request says how long the composition is, should that not. */
  readonly isLengthGiven?: boolean;
  readonly allowedHosts: readonly string[];
  /** (Default: a page gets nothing of CDNs.) */
  readonly libraries?: JobLibraries;
  /** A folder of the job's own. */
  readonly scratchDir: string;
  readonly readyTimeoutMs: number;
  readonly frameTimeoutMs: number;
  /** (Default: more than any film has.) */
  readonly media?: MediaLimits;
}

export interface ProbeJob extends PageJob {
  readonly kind: "probe";
}

export interface ProbeResult {
  readonly probe: Probe;
  readonly hosts: readonly string[];
  /** Requests of the page that were not let out, or not delivered. */
  readonly refused: readonly RefusedRequest[];
  readonly libraries: LibraryReport;
}

export interface ChunkJob extends PageJob {
  readonly kind: "chunk";
  readonly picture: Picture;
  readonly chunk: Chunk;
  readonly file: string;
  readonly isFollowed?: boolean;
  readonly mayJump?: boolean;
  readonly withHistory?: boolean;
}

export interface ChunkResult extends CapturedChunk {
  /** Requests of the page that were not let out, or not delivered. */
  readonly refused: readonly RefusedRequest[];
  readonly libraries: LibraryReport;
}

export interface SoundJob extends PageJob, SoundTask {
  readonly kind: "sound";
}

export interface AssembleJob extends AssembleTask {
  readonly kind: "assemble";
  readonly tools: Tools;
}

export interface VerifyJob {
  readonly kind: "verify";
  readonly tools: Tools;
  readonly file: string;
  readonly expectation: Expectation;
  readonly deadline: number;
}

/** A job as a render worker takes it, with the result that it gives. */
export interface Jobs {
  probe: { job: ProbeJob; result: ProbeResult };
  chunk: { job: ChunkJob; result: ChunkResult };
  sound: { job: SoundJob; result: MixedSound };
  assemble: { job: AssembleJob; result: { bytes: number } };
  verify: { job: VerifyJob; result: Verdict };
}

export type Job = Jobs[keyof Jobs]["job"];

/** What a worker reports while it works. */
export interface JobProgress {
  readonly framesDone?: number;
  readonly waitingFor?: string | null;
  /** The end of the page's console. */
  readonly console?: readonly string[];
}

import { join } from "node:path";

import {
  type Chunk,
  isFinished,
  isProblemError,
  type Plan,
  ProblemError,
  withEvidence,
} from "@framewright/contract";
import { chunkEncodingOf, type ChunkSeams } from "@framewright/engine";

import type { Lease } from "../../queue/lease.ts";
import type { Stored } from "../../store/port.ts";
import type { ChunkJob, ChunkResult } from "../../work/jobs.ts";
import type { RunOptions } from "../../work/workers.ts";
import type { Loss } from "../charges.ts";
import { bringLibraries, keepLibraries } from "../library-store.ts";
import { type Composition, pageJob } from "../plan-render.ts";
import { pictureOfRow, plannedOf } from "../picture.ts";
import type { RenderRow } from "../render-row.ts";
import { type ChunkFindings, findingsOf } from "../review/chunk-findings.ts";
import { readRender } from "../row-changes.ts";
import { chunkSilenceMs } from "../time-limits.ts";
import { lossWords, untilDone } from "../until-done.ts";
import { inWorkFolder } from "../work-folder.ts";
import { chargeLosses } from "./charge-losses.ts";
import { chunkHash } from "./chunk-hash.ts";
import type { FlowDeps } from "./flow-deps.ts";
import { agreeOnLibraries } from "./late-libraries.ts";
import { openReports, type Reports } from "./reports.ts";
import { type Neighbours, tellsSeams } from "./seams.ts";
import { settle } from "./settle.ts";
import { storeChunk, takeDone } from "./store-chunk.ts";
import { withComposition } from "./with-composition.ts";

interface ChunkRow {
  readonly index: number;
  readonly start_frame: number;
  readonly end_frame: number;
  readonly state: "waiting" | "done";
  readonly hash: string;
  readonly round: number;
  readonly history: boolean;
  readonly steps: boolean;
}

/** A chunk as it is to be captured. */
interface WantedChunk extends Chunk, Neighbours {
  readonly history: boolean;
  readonly steps: boolean;
}

interface Capture {
  readonly lease: Lease;
  readonly row: RenderRow;
  readonly chunk: WantedChunk;
  readonly composition: Composition;
  readonly reports: Reports;
  readonly deps: FlowDeps;
}

interface Captured {
  readonly stored: Stored;
  readonly findings: ChunkFindings;
  readonly seams: ChunkSeams;
  /** The plan as it is by now. */
  readonly plan: Plan;
}

/** Captures a chunk that is wanted, and stores it; where its content has come meanwhile, takes that. */
export async function chunkStep(
  lease: Lease,
  work: { readonly renderId: string; readonly index: number },
  deps: FlowDeps,
): Promise<void> {
  const { database, store } = deps;
  const row = await readRender(database, work.renderId);
  const [wanted] = await database.query<ChunkRow>(
    "SELECT * FROM framewright.chunks WHERE render_id = $1 AND index = $2",
    [work.renderId, work.index],
  );
  if (!row || isFinished(row.state) || !wanted || wanted.state === "done")
    return settle(deps, lease, "done", async () => undefined);
  const chunk = chunkOf(wanted, row);
  const hash = ownHash(row, chunk, deps);
  const [there] = await database.query<{ seams: ChunkSeams | null }>(
    "SELECT seams FROM framewright.chunk_files WHERE hash = $1",
    [hash],
  );
  const known = { chunk, hash, plannedHash: wanted.hash };
  if (there && tellsSeams(there.seams, chunk))
    return settle(deps, lease, "done", (tx, render) => takeDone(tx, render, known, deps));

  const reports = openReports(deps, row.id, chunk.index);
  const { extension, contentType } = chunkEncodingOf(pictureOfRow(row));
  const key = `chunks/${hash}/${lease.id}-${lease.attempt}.${extension}`;
  try {
    const captured = await withComposition(deps, row, lease.signal, (composition) =>
      capture({ lease, row, chunk, composition, reports, deps }, (file, signal) =>
        store.put(key, file, { contentType }, signal),
      ),
    );
    await reports.close();
    const made = { ...known, hash: ownHash({ ...row, plan: captured.plan }, chunk, deps), key, ...captured };
    await settle(deps, lease, "done", (tx, render) => storeChunk(tx, render, made, deps));
    deps.observer.chunkEnded("done", chunk.endFrame - chunk.startFrame);
  } catch (error) {
    deps.observer.chunkEnded(lease.signal.aborted ? "cancelled" : "failed", 0);
    throw error;
  } finally {
    await reports.close();
  }
}

function chunkOf(row: ChunkRow, { plan }: RenderRow): WantedChunk {
  const { index, start_frame: startFrame, end_frame: endFrame, history, steps } = row;
  const neighbours = { isFirst: index === 0, isFollowed: plan !== null && endFrame < plan.endFrame };
  return { index, startFrame, endFrame, history, steps, ...neighbours };
}

/** The chunk's address with the programs of this machine: while a fleet is upgraded, the plan may have had others. */
function ownHash(row: RenderRow, chunk: WantedChunk, { settings }: FlowDeps): string {
  return chunkHash(row, plannedOf(row), chunk, settings);
}

function capture(
  input: Capture,
  keep: (file: string, signal: AbortSignal) => Promise<Stored>,
): Promise<Captured> {
  const { lease, row, chunk, deps, reports } = input;
  const { renderScratchBytes } = deps.settings;
  const budget = { prefix: "chunk", maxBytes: renderScratchBytes, signal: lease.signal };
  const warning = (loss: Loss) => {
    deps.observer.chunkEnded("retried", 0);
    reports.tell({ framesDone: 0 });
    return {
      code: "chunk-retried",
      message: `Frames ${chunk.startFrame} to ${chunk.endFrame - 1} were rendered again: ${lossWords(loss)}`,
      remedy: "Nothing, if it stays rare: the video is complete.",
    };
  };
  return inWorkFolder(deps.scratch, budget, async (dir, signal) => {
    const noteLoss = chargeLosses(deps, row.id, warning);
    const again = (plan: Plan | null): Promise<ChunkResult> =>
      untilDone({ noteLoss, signal, dir }, (onStarted) =>
        attempt({ ...input, row: { ...row, plan } }, { dir, signal, onStarted }),
      );
    const { result, plan } = await untilAgreed(row, again, deps, signal);
    const { seams, file } = result;
    return { stored: await keep(file, signal), findings: findingsOf(result), seams, plan };
  });
}

/** Each time, a page gets at least one answer more from the plan: one that goes on differing asks for ever new things. */
const MAX_AGREEMENTS = 5;

/** Captures a chunk until its page was served what the plan says, which learns of what is asked for late. */
async function untilAgreed(
  { id, plan: planned }: RenderRow,
  captureBy: (plan: Plan) => Promise<ChunkResult>,
  deps: FlowDeps,
  signal: AbortSignal,
): Promise<{ readonly result: ChunkResult; readonly plan: Plan }> {
  if (planned === null) throw new Error("A chunk is there before its plan.");
  let plan = planned;
  for (let round = 0; round < MAX_AGREEMENTS; round += 1) {
    await bringLibraries(plan.libraries ?? [], deps, signal);
    const result = await captureBy(plan);
    await keepLibraries(result.libraries.served, deps, signal);
    const agreement = await agreeOnLibraries(id, plan, result.libraries, deps);
    if (agreement.isKept) return { result, plan: agreement.plan };
    ({ plan } = agreement);
  }
  throw new ProblemError("page-not-ready", "The page asks for other libraries each time it is opened.");
}

interface Attempt {
  readonly dir: string;
  readonly signal: AbortSignal;
  readonly onStarted: () => void;
}

async function attempt(
  { row, chunk, composition, reports, deps }: Capture,
  { dir, signal, onStarted }: Attempt,
): Promise<ChunkResult> {
  const { deadline } = row;
  const picture = pictureOfRow(row);
  const { settings, workers } = deps;
  let captured = 0;
  const job: ChunkJob = {
    kind: "chunk",
    ...pageJob(composition, settings, dir, plannedOf(row).plan),
    picture,
    chunk: { index: chunk.index, startFrame: chunk.startFrame, endFrame: chunk.endFrame },
    isFollowed: chunk.isFollowed,
    mayJump: !chunk.isFirst && !chunk.steps,
    withHistory: chunk.history,
    file: join(dir, `chunk-${chunk.index}.${chunkEncodingOf(picture).extension}`),
  };
  const bounds: RunOptions = {
    deadline: deadline.getTime(),
    signal,
    priority: -Number(row.ord),
    stallTimeoutMs: chunkSilenceMs(settings),
    onStarted,
    onProgress: ({ framesDone, waitingFor }) => {
      captured = framesDone ?? captured;
      reports.tell({ framesDone, waitingFor });
    },
  };
  return workers.run(job, bounds).catch((error: unknown) => {
    if (captured === 0 || !isProblemError(error)) throw error;
    throw withEvidence(error, { lastFrame: chunk.startFrame + captured - 1 });
  });
}

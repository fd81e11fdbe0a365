import { join } from "node:path";

import {
  type Artifact,
  type Check,
  framesToSeconds,
  isProblemError,
  OUTPUTS,
  type Plan,
  type ProblemCode,
  ProblemError,
  type Verdict,
} from "@framewright/contract";
import { type ChunkFile, chunkEncodingOf, type ExpectedSound, type MixedSound } from "@framewright/engine";

import { asJson } from "../../postgres/as-json.ts";
import type { OpenTransaction } from "../../postgres/database.ts";
import type { Lease } from "../../queue/lease.ts";
import type { Stored } from "../../store/port.ts";
import type { Loss } from "../charges.ts";
import { fpsOf } from "../fps-of.ts";
import { pictureOfRow } from "../picture.ts";
import type { RenderRow } from "../render-row.ts";
import { type PartKind, partWork } from "../part-work.ts";
import { type ResolvedOptions, resolveOptions } from "../resolve-options.ts";
import { lockUnfinished, readRender, report, warn } from "../row-changes.ts";
import type { ChunkFindings } from "../review/chunk-findings.ts";
import { review } from "../review/review.ts";
import { soundWarnings } from "../review/sound-warnings.ts";
import { lossWarning, untilDone } from "../until-done.ts";
import { inWorkFolder } from "../work-folder.ts";
import { chargeLosses } from "./charge-losses.ts";
import type { FlowDeps } from "./flow-deps.ts";
import { priorityOf } from "./priority.ts";
import { renderAnew } from "./render-anew.ts";
import { firstWithoutHistory, type SeamChunk, seamsCheck, seamsOf } from "./seams.ts";
import { settle } from "./settle.ts";
import { tellFindings } from "./tell-findings.ts";

/** Joining and checking go before chunks: what is nearly done should not wait for what has just begun. */
const FINISH_PRIORITY = Number.MAX_SAFE_INTEGER - 1;
/** How often chunks that came to harm in the store are rendered again for one render. */
const MAX_ASSEMBLIES = 5;

/** What the store says of a chunk that is not what was put, or not there. */
const HARMED = new Set<ProblemCode>(["artifact-corrupt", "artifact-expired"]);

/** A part that is to be made again. */
interface Harmed {
  readonly index: number;
  readonly key: string | null;
  readonly frames: number;
}

interface StoredSound {
  readonly index: number;
  readonly key: string | null;
  readonly sha256: string | null;
  readonly findings: MixedSound | null;
}

interface SoundFile extends ExpectedSound {
  readonly file: string;
  readonly summedPeak: number;
}

interface StoredChunk extends Harmed, Omit<SeamChunk, "index"> {
  readonly sha256: string | null;
  readonly findings: ChunkFindings | null;
}

interface Run {
  readonly lease: Lease;
  readonly row: RenderRow;
  readonly options: ResolvedOptions;
  readonly plan: Plan;
  readonly dir: string;
  readonly signal: AbortSignal;
  readonly deps: FlowDeps;
}

/** Joins a render's chunks, checks the video, and stores it: the render's end. */
export async function assembleStep(lease: Lease, id: string, deps: FlowDeps): Promise<void> {
  const isRunning = await deps.database.transaction(async (tx) => {
    const running = await lockUnfinished(tx, id);
    if (running) await report(tx, running, { stage: "assemble", secondsLeft: null, waitingFor: null });
    return running !== null;
  });
  const row = isRunning ? await readRender(deps.database, id) : null;
  if (row === null) return settle(deps, lease, "done", async () => undefined);
  const { plan } = row;
  if (plan === null) throw new Error("Chunks are there before their plan.");
  deps.observer.stage(id, "assemble");
  const budget = { prefix: "assemble", maxBytes: deps.settings.renderScratchBytes, signal: lease.signal };
  await inWorkFolder(deps.scratch, budget, (dir, signal) =>
    finish({ lease, row, options: resolveOptions(row.options), plan, dir, signal, deps }),
  );
}

async function finish(run: Run): Promise<void> {
  const { lease, row, options, plan, signal, deps } = run;
  const rows = await readChunks(run);
  const seams = seamsOf(rows);
  const from = firstWithoutHistory(rows, seams);
  if (from !== null)
    return settle(deps, lease, "done", (tx) => renderAnew(tx, { id: row.id, plan, from }, deps));
  const { chunks, missing, findings } = await bringChunks(run, rows);
  const { sound, lost } = await bringSound(run);
  missing.push(...lost);
  if (missing.length > 0) return settle(deps, lease, "done", (tx) => renderAgain(tx, row.id, missing, deps));
  const { warnings, problem } = review(plan, options, findings);
  await tellFindings(row.id, [...warnings, soundWarnings(sound)], deps);
  if (problem) throw problem;
  const { extension, contentType } = OUTPUTS[run.options.format];
  const file = join(run.dir, `output.${extension}`);
  const parts = { chunks, findings, sound, seams: seamsCheck(seams) };
  const verdict = await joinAndCheck(run, parts, file);
  const key = `renders/${row.id}/${lease.id}-${lease.attempt}.${extension}`;
  const stored = await deps.store.put(key, file, { contentType }, signal);
  const artifact = { ...describe(run, stored), contentType };
  await settle(deps, lease, "done", (tx) => deps.endings.succeed(tx, row.id, { artifact, key, verdict }));
}

function readChunks({ row, deps }: Run): Promise<readonly StoredChunk[]> {
  return deps.database.query<StoredChunk>(
    `SELECT c.index, c.start_frame, c.history, f.seams, f.key, f.sha256, c.end_frame - c.start_frame AS frames, f.findings
     FROM framewright.chunks c LEFT JOIN framewright.chunk_files f USING (hash)
     WHERE c.render_id = $1 AND c.kind = 'frames' ORDER BY c.index`,
    [row.id],
  );
}

/** Copies the chunks to this machine, each checked against its row; those that cannot be had are missing. */
async function bringChunks(
  { row, dir, signal, deps }: Run,
  rows: readonly StoredChunk[],
): Promise<{ chunks: ChunkFile[]; missing: Harmed[]; findings: ChunkFindings[] }> {
  const { extension } = chunkEncodingOf(pictureOfRow(row));
  const chunks: ChunkFile[] = [];
  const missing: Harmed[] = [];
  for (const stored of rows) {
    const { index, key, sha256, frames } = stored;
    const file = join(dir, `chunk-${index}.${extension}`);
    const { bytes } = (await fetchPart(key, sha256, file, signal, deps)) ?? {};
    if (bytes === undefined) missing.push(stored);
    else chunks.push({ index, file, frames, bytes });
  }
  return { chunks, missing, findings: rows.flatMap(({ findings }) => findings ?? []) };
}

/** Copies the sound to this machine, where the render has one. */
async function bringSound({ row, plan, dir, signal, deps }: Run): Promise<{
  readonly sound: SoundFile | null;
  readonly lost: readonly Harmed[];
}> {
  if (!plan.sound) return { sound: null, lost: [] };
  const [stored] = await deps.database.query<StoredSound>(
    `SELECT c.index, f.key, f.sha256, f.findings FROM framewright.chunks c
     LEFT JOIN framewright.chunk_files f USING (hash) WHERE c.render_id = $1 AND c.kind = 'sound'`,
    [row.id],
  );
  if (!stored) throw new Error("The plan has a sound, and the render has none.");
  const { index, key, sha256, findings } = stored;
  const file = join(dir, "sound.wav");
  const fetched = await fetchPart(key, sha256, file, signal, deps);
  if (fetched === null || findings === null) return { sound: null, lost: [{ index, key, frames: 0 }] };
  return { sound: { file, samples: plan.sound.samples, ...findings }, lost: [] };
}

async function fetchPart(
  key: string | null,
  sha256: string | null,
  file: string,
  signal: AbortSignal,
  { store, log }: FlowDeps,
): Promise<Stored | null> {
  if (key === null || sha256 === null) return null;
  try {
    return await store.fetch(key, file, { sha256, signal });
  } catch (error) {
    if (!isProblemError(error) || !HARMED.has(error.code)) throw error;
    log.error({ err: error, key }, "a chunk has come to harm in the store; it is rendered again");
    return null;
  }
}

/** Forgets chunks that came to harm, and puts only them to work again; the others stay. */
async function renderAgain(
  tx: OpenTransaction,
  id: string,
  missing: readonly Harmed[],
  deps: FlowDeps,
): Promise<void> {
  const row = await lockUnfinished(tx, id);
  if (row === null) return;
  const indexes = missing.map(({ index }) => index);
  const which = indexes.join(", ");
  if (row.assemblies + 1 >= MAX_ASSEMBLIES) {
    const detail = `Chunks came to harm in the store again and again (${which}).`;
    await deps.endings.fail(tx, id, new ProblemError("artifact-corrupt", detail));
    return;
  }
  // By their keys: what has been made anew meanwhile, for another render, has another one.
  await tx.query("DELETE FROM framewright.chunk_files WHERE key = ANY($1)", [
    missing.flatMap(({ key }) => key ?? []),
  ]);
  const again = await tx.query<{ kind: PartKind; index: number; round: number }>(
    `UPDATE framewright.chunks SET state = 'waiting', frames_done = 0, round = round + 1
     WHERE render_id = $1 AND index = ANY($2) RETURNING kind, index, round`,
    [id, indexes],
  );
  const frames = missing.reduce((sum, chunk) => sum + chunk.frames, 0);
  await tx.query(
    `UPDATE framewright.renders SET assemblies = assemblies + 1, frames_done = frames_done - $2,
       chunks_left = chunks_left + $3 WHERE id = $1`,
    [id, frames, missing.length],
  );
  const message = `Chunks had come to harm in the store and are rendered again: ${which}.`;
  await warn(tx, id, [
    { code: "chunk-retried", message, remedy: "Nothing, if it stays rare: check the store." },
  ]);
  await report(tx, row, { stage: "capture" });
  const common = { priority: priorityOf(row), deadline: row.deadline };
  const works = again.map((chunk) => ({
    ...common,
    work: partWork(id, chunk),
  }));
  await deps.queue.add(tx, row.tenant, works);
}

interface Parts {
  readonly chunks: readonly ChunkFile[];
  readonly findings: readonly ChunkFindings[];
  readonly sound: SoundFile | null;
  readonly seams: readonly Check[];
}

async function joinAndCheck(
  { row, options, plan, dir, signal, deps }: Run,
  { chunks, findings, sound, seams }: Parts,
  file: string,
): Promise<Verdict> {
  const { tools } = deps.settings;
  const deadline = row.deadline.getTime();
  const { output, quality } = options;
  const fps = fpsOf(options.fps);
  const bounds = { deadline, signal, priority: FINISH_PRIORITY };
  const tried = <T>(what: string, attempt: () => Promise<T>): Promise<T> => {
    const noteLoss = chargeLosses(deps, row.id, (loss: Loss) => lossWarning(what, loss));
    return untilDone({ noteLoss, signal, dir }, attempt);
  };
  await tried("Joining the chunks", () =>
    deps.workers.run(
      { kind: "assemble", tools, chunks, sound: sound?.file ?? null, fps, output, quality, file, deadline },
      bounds,
    ),
  );
  await tellVerify(row.id, deps);
  const { frames, width, height } = plan;
  const alpha = findings.flatMap(({ picture: { startFrame, firstAlpha } }) =>
    firstAlpha ? [{ frame: startFrame - plan.startFrame, ...firstAlpha }] : [],
  );
  const expectation = { output, frames, fps, width, height, alpha, sound };
  const { passed, checks } = await tried("Checking the video", () =>
    deps.workers.run({ kind: "verify", tools, file, expectation, deadline }, bounds),
  );
  const verdict: Verdict = { passed, checks: [...checks, ...seams] };
  if (verdict.passed) return verdict;
  await deps.database.query(
    "UPDATE framewright.renders SET verdict = $2 WHERE id = $1 AND finished_at IS NULL",
    [row.id, asJson(verdict)],
  );
  const failed = verdict.checks.filter(({ passed }) => !passed);
  const said = failed.map(({ name, expected, actual }) => `${name} is ${actual} instead of ${expected}`);
  throw new ProblemError("verify-failed", `${said.join("; ")}.`);
}

async function tellVerify(id: string, { database, observer }: FlowDeps): Promise<void> {
  await database.transaction(async (tx) => {
    const row = await lockUnfinished(tx, id);
    if (row) await report(tx, row, { stage: "verify" });
  });
  observer.stage(id, "verify");
}

function describe(
  { row, options, plan, deps: { settings } }: Run,
  { bytes, sha256 }: Stored,
): Omit<Artifact, "contentType"> {
  return {
    url: `/v1/renders/${row.id}/artifact`,
    bytes,
    sha256,
    durationSeconds: framesToSeconds(plan.frames, fpsOf(options.fps)),
    expiresAt: new Date(Date.now() + settings.retentionMs).toISOString(),
  };
}

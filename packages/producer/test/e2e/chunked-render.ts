import { mkdir, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";

import { type Chunk, type Fps, type Verdict } from "@framewright/contract";
import { type Picture, resolveOutput, type Tools } from "@framewright/engine";

import { firstWithoutHistory, seamsCheck, seamsOf } from "../../src/renders/flow/seams.ts";
import type { ChunkResult } from "../../src/work/jobs.ts";
import { runJob } from "../../src/work/run-job.ts";

const DEADLINE_MS = 60_000;
/** As many browsers at a time as the smallest machine has cores. */
const PARALLEL = 2;

export type Files = Readonly<Record<string, string | Uint8Array>>;

export interface ChunkedRender {
  readonly tools: Tools;
  readonly html: string | Uint8Array;
  /** The other files of the project, by their paths. */
  readonly files?: Files;
  /** Where the page is. (Default: index.html.) */
  readonly entryFile?: string;
  readonly width: number;
  readonly height: number;
  readonly fps: Fps;
  /** Where chunks begin, and where the last one ends. */
  readonly cuts: readonly number[];
  /** A fresh folder for this render alone. */
  readonly dir: string;
  readonly quality?: Picture["quality"];
}

function chunksOf(cuts: readonly number[]): Chunk[] {
  return cuts
    .slice(0, -1)
    .map((startFrame, index) => ({ index, startFrame, endFrame: cuts[index + 1] ?? startFrame }));
}

/** Writes a project's files into a folder. */
export async function writeFiles(folder: string, files: Files): Promise<void> {
  for (const [path, content] of Object.entries(files)) {
    const file = join(folder, path);
    await mkdir(dirname(file), { recursive: true });
    await writeFile(file, content);
  }
}

interface Captured extends ChunkResult {
  readonly start_frame: number;
  readonly history: boolean;
}

export interface Rendered {
  readonly file: string;
  readonly verdict: Verdict;
  readonly chunks: readonly Captured[];
}

/** Runs the jobs that a render worker would be given, for chunks of one's own choice. */
export async function renderInChunks(input: ChunkedRender): Promise<Rendered> {
  const { tools, html, width, height, fps, cuts, dir, quality = "standard" } = input;
  const { entryFile = "index.html", files: others = {} } = input;
  const snapshotDir = join(dir, "snapshot");
  await writeFiles(snapshotDir, { ...others, [entryFile]: html });
  const signal = AbortSignal.timeout(DEADLINE_MS);
  const context = { signal, progress: () => undefined };
  const output = resolveOutput({ quality });
  const picture: Picture = {
    fps,
    width,
    height,
    deviceScaleFactor: 1,
    videoWidth: width,
    videoHeight: height,
    quality,
    output,
  };
  const end = cuts.at(-1) ?? 0;
  const capture = async (chunk: Chunk, withHistory = false): Promise<Captured> => {
    const result = await runJob(
      {
        kind: "chunk",
        tools,
        snapshotDir,
        entryFile,
        variables: {},
        fps,
        allowedHosts: [],
        scratchDir: dir,
        readyTimeoutMs: 20_000,
        frameTimeoutMs: 20_000,
        picture,
        chunk,
        isFollowed: chunk.endFrame < end,
        mayJump: chunk.index > 0,
        withHistory,
        file: join(dir, `chunk-${chunk.index}.mp4`),
      },
      context,
    );
    return { ...(result as ChunkResult), start_frame: chunk.startFrame, history: withHistory };
  };
  const waiting = chunksOf(cuts);
  const files: Captured[] = [];
  const lane = async (): Promise<void> => {
    for (let chunk = waiting.shift(); chunk; chunk = waiting.shift()) files.push(await capture(chunk));
  };
  await Promise.all(Array.from({ length: PARALLEL }, lane));
  let chunks = files.sort((a, b) => a.index - b.index);
  const next = (): Captured | null => firstWithoutHistory(chunks, seamsOf(chunks));
  for (let from = next(); from !== null; from = next()) {
    const { index, start_frame: startFrame } = from;
    chunks = [...chunks.slice(0, index), await capture({ index, startFrame, endFrame: end }, true)];
  }
  const file = join(dir, "video.mp4");
  const deadline = Date.now() + DEADLINE_MS;
  await runJob({ kind: "assemble", tools, chunks, fps, output, quality, file, deadline }, context);
  const frames = end - (cuts[0] ?? 0);
  const expectation = { output, frames, fps, width, height };
  const checked = (await runJob({ kind: "verify", tools, file, expectation, deadline }, context)) as Verdict;
  const verdict = { ...checked, checks: [...checked.checks, ...seamsCheck(seamsOf(chunks))] };
  return { file, verdict, chunks };
}

import { mkdir, writeFile } from "node:fs/promises";
import { join } from "node:path";

import { type Chunk, type Fps, type Verdict } from "@framewright/contract";
import type { ChunkFile, Picture, Tools } from "@framewright/engine";

import { runJob } from "../../src/work/run-job.ts";

const DEADLINE_MS = 60_000;
/** As many browsers at a time as the smallest machine has cores. */
const PARALLEL = 2;

export interface ChunkedRender {
  readonly tools: Tools;
  readonly html: string;
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

/** Runs the jobs that a render worker would be given, for chunks of one's own choice. */
export async function renderInChunks(
  input: ChunkedRender,
): Promise<{ readonly file: string; readonly verdict: Verdict }> {
  const { tools, html, width, height, fps, cuts, dir, quality = "standard" } = input;
  const snapshotDir = join(dir, "snapshot");
  await mkdir(snapshotDir, { recursive: true });
  await writeFile(join(snapshotDir, "index.html"), html);
  const signal = AbortSignal.timeout(DEADLINE_MS);
  const context = { signal, progress: () => undefined };
  const picture: Picture = {
    fps,
    width,
    height,
    deviceScaleFactor: 1,
    videoWidth: width,
    videoHeight: height,
    quality,
  };
  const capture = async (chunk: Chunk): Promise<ChunkFile> =>
    (await runJob(
      {
        kind: "chunk",
        tools,
        snapshotDir,
        entryFile: "index.html",
        variables: {},
        fps,
        allowedHosts: [],
        scratchDir: dir,
        readyTimeoutMs: 20_000,
        frameTimeoutMs: 20_000,
        picture,
        chunk,
        file: join(dir, `chunk-${chunk.index}.mp4`),
      },
      context,
    )) as ChunkFile;
  const waiting = chunksOf(cuts);
  const files: ChunkFile[] = [];
  const lane = async (): Promise<void> => {
    for (let chunk = waiting.shift(); chunk; chunk = waiting.shift()) files.push(await capture(chunk));
  };
  await Promise.all(Array.from({ length: PARALLEL }, lane));
  const chunks = files.sort((a, b) => a.index - b.index);
  const file = join(dir, "video.mp4");
  const deadline = Date.now() + DEADLINE_MS;
  await runJob({ kind: "assemble", tools, chunks, fps, file, deadline }, context);
  const frames = (cuts.at(-1) ?? 0) - (cuts[0] ?? 0);
  const expectation = { frames, fps, width, height };
  const verdict = (await runJob({ kind: "verify", tools, file, expectation, deadline }, context)) as Verdict;
  return { file, verdict };
}

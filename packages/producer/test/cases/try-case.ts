import { readdir, readFile } from "node:fs/promises";
import { join, relative } from "node:path";
import { fileURLToPath } from "node:url";

import type { Warning } from "@framewright/contract";

import { plan } from "../../src/plan/plan.ts";
import type { ProbeResult } from "../../src/work/jobs.ts";
import { runJob } from "../../src/work/run-job.ts";
import { type Files, renderInChunks, writeFiles } from "../e2e/chunked-render.ts";
import { decodeColours, type Picture } from "../e2e/decode.ts";
import { openFolder, sharedTools } from "../e2e/machine.ts";
import { resolveOptions } from "../../src/renders/resolve-options.ts";

const PAGES = fileURLToPath(new URL("pages", import.meta.url));
const ENTRY = "index.html";
const FPS = { num: 30, den: 1 };
const PLAN_TIMEOUT_MS = 60_000;
const PAGE_TIMEOUT_MS = 20_000;
const LIMITS = { maxDurationSeconds: 60, maxFrames: 1_000, chunkSeconds: null };

export interface CaseInput {
  /** (Default: the project in the folder of the case's name.) */
  readonly html?: string;
  /** Files of the project that are made for it. */
  readonly files?: Files;
  readonly entryFile?: string;
  /** (Default: 320.) */
  readonly width?: number;
  /** (Default: 180.) */
  readonly height?: number;
}

type Project = Record<string, Uint8Array | string>;

async function projectOf(name: string, { html, files = {}, entryFile = ENTRY }: CaseInput): Promise<Project> {
  if (html !== undefined) return { ...files, [entryFile]: html };
  const project: Project = { ...files };
  const folder = join(PAGES, name);
  const entries = await readdir(folder, { recursive: true, withFileTypes: true });
  for (const entry of entries.filter((each) => each.isFile())) {
    const file = join(entry.parentPath, entry.name);
    project[relative(folder, file)] = await readFile(file);
  }
  return project;
}

/** What the plan of a case warns of. @throws ProblemError that refuses it */
export async function planCase(name: string, input: CaseInput = {}): Promise<readonly Warning[]> {
  await using folder = await openFolder();
  const { entryFile = ENTRY } = input;
  const snapshotDir = join(folder.dir, "snapshot");
  await writeFiles(snapshotDir, await projectOf(name, input));
  const job = {
    kind: "probe" as const,
    tools: await sharedTools(),
    snapshotDir,
    entryFile,
    variables: {},
    fps: FPS,
    allowedHosts: [],
    scratchDir: folder.dir,
    readyTimeoutMs: PAGE_TIMEOUT_MS,
    frameTimeoutMs: PAGE_TIMEOUT_MS,
  };
  const signal = AbortSignal.timeout(PLAN_TIMEOUT_MS);
  const result = (await runJob(job, { signal, progress: () => undefined })) as ProbeResult;
  const { plan: planned } = plan({
    ...result,
    options: resolveOptions({}),
    fps: FPS,
    snapshotHash: "",
    limits: LIMITS,
    workers: 1,
  });
  return planned.warnings;
}

/** The video of a case, of chunks that begin and end at these frames. */
export async function renderCase(
  name: string,
  cuts: readonly number[],
  input: CaseInput = {},
): Promise<Picture> {
  await using folder = await openFolder();
  const { entryFile = ENTRY } = input;
  const { [entryFile]: html = "", ...files } = await projectOf(name, input);
  const { file } = await renderInChunks({
    tools: await sharedTools(),
    html,
    files,
    entryFile,
    width: input.width ?? 320,
    height: input.height ?? 180,
    fps: FPS,
    cuts,
    dir: folder.dir,
  });
  return await decodeColours(file);
}

const isRed = ([red, green]: readonly [number, number, number]): boolean => red > 150 && green < 128;

/** Where the red pixels of a row are. */
export function redAt(picture: Picture, frame: number, y: number): number[] {
  return Array.from({ length: picture.width }, (_, x) => x).filter((x) => isRed(picture.at(frame, x, y)));
}

/** The length of a red bar in every frame. */
export function bars(picture: Picture, y: number): number[] {
  return Array.from({ length: picture.frames }, (_, frame) => redAt(picture, frame, y).length);
}

/** What a lossy codec leaves open of an edge. */
const TOLERANCE = 2;

/** Frames in which a bar is not as long as it must be. */
export function wrongBars(
  picture: Picture,
  y: number,
  lengthAt: (frame: number) => number,
  tolerance = TOLERANCE,
): string[] {
  return bars(picture, y).flatMap((seen, frame) => {
    const wanted = lengthAt(frame);
    return Math.abs(seen - wanted) <= tolerance ? [] : [`frame ${frame}: ${seen} px instead of ${wanted}`];
  });
}

import { copyFile, rm, stat, writeFile } from "node:fs/promises";

import { type Fps, framesToSeconds, type Quality } from "@framewright/contract";

import { asDiskFull } from "../disk-full.ts";
import { ffmpegFailure } from "../encode/ffmpeg-failure.ts";
import type { JoinTask, Output } from "../outputs/record.ts";
import { recordOf } from "../outputs/records.ts";
import { RunError, runForOutput } from "../run-for-output.ts";
import type { ChunkFile } from "../tasks.ts";
import { archiveFrames } from "./archive-frames.ts";

export interface AssembleTask {
  readonly chunks: readonly ChunkFile[];
  readonly fps: Fps;
  readonly output: Output;
  /** A file of sound, as long as the pictures. (Default: nothing is heard.) */
  readonly sound?: string | null;
  readonly quality: Quality;
  /** The file to write. */
  readonly file: string;
  /** Epoch milliseconds. */
  readonly deadline: number;
}

/** The format of ffmpeg's concat demuxer. Durations keep each chunk's start exact: https://ffmpeg.org/ffmpeg-formats.html#concat */
function concatList({ chunks, fps }: AssembleTask): string {
  const lines = chunks.map(({ file, frames }) => {
    const quoted = `'${file.replaceAll("'", String.raw`'\''`)}'`;
    return `file ${quoted}\nduration ${framesToSeconds(frames, fps).toFixed(6)}`;
  });
  return `ffconcat version 1.0\n${lines.join("\n")}\n`;
}

/** The only chunk of a single picture. */
function onlyOf({ chunks }: AssembleTask): string {
  const [only, ...others] = chunks;
  if (only === undefined || others.length > 0) throw new Error("A single picture is made of one chunk.");
  return only.file;
}

const ffmpegArguments = (args: readonly string[]): string[] => [
  ...["-hide_banner", "-loglevel", "error", "-nostdin", "-y"],
  ...args,
];

/** The runs of ffmpeg that join what its input gives, by their arguments. */
function runsOf(task: JoinTask): readonly (readonly string[])[] {
  const { join, sound } = recordOf(task.output);
  if (join.kind === "reencode") return join.passes(task);
  if (join.kind !== "copy") return [];
  const joined = [...join.arguments(task.fps, task.output), task.file];
  if (!task.sound || sound === null) return [[...task.input, "-c", "copy", "-an", ...joined]];
  const heard = ["-map", "0:v", "-map", "1:a", "-c:v", "copy", ...sound.arguments];
  return [[...task.input, "-i", task.sound, ...heard, ...joined]];
}

async function joinChunks(task: AssembleTask, tools: AssembleTools): Promise<void> {
  const { ffmpeg, signal } = tools;
  const { chunks, deadline, file } = task;
  const { join } = recordOf(task.output);
  if (join.kind === "single") return copyFile(onlyOf(task), file);
  const list = `${file}.list`;
  const input = ["-f", "concat", "-safe", "0", "-i", list];
  try {
    await writeFile(list, concatList(task));
    const bounds = { deadline, signal };
    if (join.kind === "archive") {
      await archiveFrames(ffmpeg, ffmpegArguments([...input, ...join.arguments, "-"]), file, bounds);
      return;
    }
    const frames = chunks.reduce((sum, chunk) => sum + chunk.frames, 0);
    for (const args of runsOf({ ...task, input, frames }))
      await runForOutput(ffmpeg, ffmpegArguments(args), bounds);
  } finally {
    await rm(list, { force: true });
  }
}

export interface AssembleTools {
  readonly ffmpeg: string;
  readonly signal: AbortSignal;
}

/**
 * Makes the finished file of chunks, without encoding them again where the format allows that.
 * @throws ProblemError `encode-failed`, `disk-full`
 */
export async function assemble(task: AssembleTask, tools: AssembleTools): Promise<{ bytes: number }> {
  try {
    await joinChunks(task, tools);
    return { bytes: (await stat(task.file)).size };
  } catch (error) {
    await rm(task.file, { force: true });
    tools.signal.throwIfAborted();
    if (!(error instanceof RunError)) throw asDiskFull(error);
    throw ffmpegFailure(error.message, "The chunks could not be joined.", { cause: error });
  }
}

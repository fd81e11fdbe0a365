import { rm, stat, writeFile } from "node:fs/promises";

import { type Fps, framesToSeconds } from "@framewright/contract";

import { asDiskFull } from "../disk-full.ts";
import { ffmpegFailure } from "../encode/ffmpeg-failure.ts";
import type { Output } from "../outputs/record.ts";
import { recordOf } from "../outputs/records.ts";
import { RunError, runForOutput } from "../run-for-output.ts";
import type { ChunkFile } from "../tasks.ts";

export interface AssembleTask {
  readonly chunks: readonly ChunkFile[];
  readonly fps: Fps;
  readonly output: Output;
  /** A file of sound, as long as the pictures. (Default: nothing is heard.) */
  readonly sound?: string | null;
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

/**
 * Joins chunks without re-encoding, in a file that starts to play before it is wholly loaded.
 * @throws ProblemError `encode-failed`, `disk-full`
 */
export async function assemble(
  task: AssembleTask,
  { ffmpeg, signal }: { ffmpeg: string; signal: AbortSignal },
): Promise<{ bytes: number }> {
  const list = `${task.file}.list`;
  try {
    await writeFile(list, concatList(task));
    const { join, sound } = recordOf(task.output);
    const heard = !task.sound
      ? null
      : { input: ["-i", task.sound], output: ["-map", "0:v", "-map", "1:a", ...sound] };
    await runForOutput(
      ffmpeg,
      [
        ...["-hide_banner", "-loglevel", "error", "-nostdin", "-y"],
        ...["-f", "concat", "-safe", "0", "-i", list, ...(heard?.input ?? [])],
        ...["-c:v", "copy", ...(heard?.output ?? ["-an"])],
        ...join.arguments(task.fps),
        task.file,
      ],
      { deadline: task.deadline, signal },
    );
    return { bytes: (await stat(task.file)).size };
  } catch (error) {
    await rm(task.file, { force: true });
    signal.throwIfAborted();
    if (!(error instanceof RunError)) throw asDiskFull(error);
    throw ffmpegFailure(error.message, "The chunks could not be joined.", { cause: error });
  } finally {
    await rm(list, { force: true });
  }
}

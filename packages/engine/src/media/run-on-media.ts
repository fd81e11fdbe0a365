import { type RunOptions, runForOutput } from "../run-for-output.ts";

/** What a program may map while it reads a file of somebody else's: 8K pictures and a dozen libraries fit in. */
const MAX_MEMORY_KIB = 3 * 1024 * 1024;
/** Seconds of a core: more than any deadline allows, for one that has lost whoever would end it. */
const MAX_CPU_SECONDS = 3_600;

/** Where a system has no such limits, the render worker's own hold. */
const LIMITED = `ulimit -v ${MAX_MEMORY_KIB} 2>/dev/null; ulimit -t ${MAX_CPU_SECONDS} 2>/dev/null; exec "$0" "$@"`;

/** Containers and raw streams that hold sound or pictures by themselves: no playlists, which lead to other files. */
const FORMATS = [
  ...[
    "mov",
    "matroska",
    "webm",
    "mp3",
    "aac",
    "ogg",
    "wav",
    "w64",
    "rf64",
    "flac",
    "aiff",
    "caf",
    "au",
    "amr",
  ],
  ...["ac3", "eac3", "dts", "opus", "wv", "ape", "tta", "asf", "avi", "flv", "mpeg", "mpegts", "mxf", "nut"],
  ...["gif", "apng", "webp_pipe", "ivf", "h264", "hevc", "obu", "m4v", "mpegvideo"],
];

/** Arguments that name a file as the input of ffmpeg or ffprobe, which then opens no other one. */
export function inputArguments(file: string): string[] {
  return ["-protocol_whitelist", "file", "-format_whitelist", FORMATS.join(), "-i", `file:${file}`];
}

/** The command and arguments that run a program with these limits. */
export function limited(program: string, args: readonly string[]): [string, string[]] {
  return ["/bin/sh", ["-c", LIMITED, program, ...args]];
}

/**
 * Runs ffmpeg or ffprobe on a file that may be anything, with limits of memory and time. It stays in the render
 * worker's process group, so that it cannot outlive that.
 * @throws RunError
 */
export function runOnMedia(program: string, args: readonly string[], options: RunOptions): Promise<string> {
  return runForOutput(...limited(program, args), options);
}

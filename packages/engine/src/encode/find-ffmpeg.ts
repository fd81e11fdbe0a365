import { chmod, copyFile, mkdir, rename } from "node:fs/promises";
import { createRequire } from "node:module";
import path from "node:path";

import { ProblemError } from "@framewright/contract";

import { isExecutable } from "../can-access.ts";
import { findOnPath } from "../find-on-path.ts";
import { runForOutput } from "../run-for-output.ts";

export interface FfmpegBinaries {
  readonly ffmpeg: string;
  readonly ffprobe: string;
  readonly origin: "configured" | "system" | "bundled";
  /** What it can encode with, by its own names. */
  readonly encoders: readonly string[];
}

export interface FindFfmpegOptions {
  readonly ffmpegPath?: string | undefined;
  readonly ffprobePath?: string | undefined;
  readonly searchPath: string;
  readonly cacheDir: string;
}

/** Listing encoders takes some tens of milliseconds. */
const LIST_TIMEOUT_MS = 10_000;

/** The first line of what it says of itself. */
export async function ffmpegVersion(ffmpeg: string): Promise<string> {
  const said = await runForOutput(ffmpeg, ["-version"], { deadline: Date.now() + LIST_TIMEOUT_MS });
  return said.split("\n", 1)[0]?.trim() ?? "";
}

/** What it can encode with, by its own names. */
export async function listEncoders(ffmpeg: string): Promise<string[]> {
  const options = { deadline: Date.now() + LIST_TIMEOUT_MS };
  const listed = await runForOutput(ffmpeg, ["-hide_banner", "-encoders"], options);
  return [...listed.matchAll(/^ [VAS][A-Z.]{5} (\S+)/gm)].flatMap(([, name = ""]) =>
    name === "=" ? [] : name,
  );
}

async function encodersOf(ffmpeg: string): Promise<readonly string[]> {
  return listEncoders(ffmpeg).catch(() => []);
}

/** A registry package's binary; copied when this user may not run it in place. */
async function bundled(name: "ffmpeg" | "ffprobe", cacheDir: string): Promise<string | undefined> {
  const require = createRequire(import.meta.url);
  const id = `@${name}-installer/${process.platform}-${process.arch}`;
  try {
    const file = path.join(path.dirname(require.resolve(`${id}/package.json`)), name);
    if (await isExecutable(file)) return file;
    await mkdir(cacheDir, { recursive: true });
    const copy = path.join(cacheDir, name);
    const aside = `${copy}.${process.pid}`;
    await copyFile(file, aside);
    await chmod(aside, 0o755);
    await rename(aside, copy);
    return copy;
  } catch {
    // Not installed for this platform: the caller reports what is missing.
    return undefined;
  }
}

/**
 * Chooses ffmpeg and ffprobe: configured, the system's where it can encode H.264, bundled.
 * @throws ProblemError `ffmpeg-missing`
 */
export async function findFfmpeg(options: FindFfmpegOptions): Promise<FfmpegBinaries> {
  const { ffmpegPath, ffprobePath, searchPath, cacheDir } = options;
  const system = {
    ffmpeg: ffmpegPath ?? (await findOnPath(["ffmpeg"], searchPath)),
    ffprobe: ffprobePath ?? (await findOnPath(["ffprobe"], searchPath)),
  };
  const configured = ffmpegPath !== undefined || ffprobePath !== undefined;
  if (system.ffmpeg && system.ffprobe) {
    const { ffmpeg, ffprobe } = system;
    const encoders = await encodersOf(ffmpeg);
    if (encoders.includes("libx264"))
      return { ffmpeg, ffprobe, origin: configured ? "configured" : "system", encoders };
  }
  if (configured) {
    throw new ProblemError(
      "ffmpeg-missing",
      "PRODUCER_FFMPEG_PATH and PRODUCER_FFPROBE_PATH do not lead to an ffmpeg with libx264.",
    );
  }
  const [ffmpeg, ffprobe] = [await bundled("ffmpeg", cacheDir), await bundled("ffprobe", cacheDir)];
  if (ffmpeg && ffprobe) return { ffmpeg, ffprobe, origin: "bundled", encoders: await encodersOf(ffmpeg) };
  throw new ProblemError(
    "ffmpeg-missing",
    "Neither a system ffmpeg with libx264 nor the bundled one was found.",
  );
}

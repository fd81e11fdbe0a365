import {
  asDiskFull,
  ffmpegVersion,
  findBrowser,
  findFfmpeg,
  listEncoders,
  startOnce,
  type Tools,
} from "@framewright/engine";
import { prepareShelf } from "@framewright/fonts";
import type { NpmSettings } from "@framewright/local-cdn";

import type { Config } from "../config.ts";
import type { Log } from "../log.ts";
import { decideSandbox } from "./decide-sandbox.ts";

export interface Machine {
  /** The PATH to search for programs. */
  readonly searchPath: string;
  /** Where programs from npm are unpacked, once for all processes of this user. */
  readonly cacheDir: string;
  /** How its npm reaches the registry. */
  readonly npm: NpmSettings;
}

/** A browser that finds the fonts of the service and no others: what a page looks like must not depend on the machine. */
async function withOwnFonts(browser: Tools["browser"], cacheDir: string): Promise<Tools["browser"]> {
  // Elsewhere browsers have fonts by other ways than fontconfig.
  if (process.platform !== "linux") return browser;
  const { configFile, version } = await prepareShelf(cacheDir).catch((error: unknown) => {
    throw asDiskFull(error);
  });
  return { ...browser, fonts: version, env: { ...browser.env, FONTCONFIG_FILE: configFile } };
}

/**
 * Chooses browser and ffmpeg, once, at start; the browser is started to see that it is one.
 * @throws ProblemError `browser-missing`, `browser-failed`, `ffmpeg-missing`
 */
export async function findTools(
  config: Config,
  machine: Machine,
  scratchDir: string,
  log: Log,
  signal: AbortSignal,
): Promise<Tools> {
  const { browserPath, ffmpegPath, ffprobePath } = config;
  const found = await findBrowser({ ...machine, configuredPath: browserPath });
  const browser = await withOwnFonts(found, machine.cacheDir);
  const ffmpeg = await findFfmpeg({ ...machine, ffmpegPath, ffprobePath });
  const { sandbox, product, capture } = await decideSandbox(config, browser, scratchDir, log, signal);
  const version = `${product}; ${await ffmpegVersion(ffmpeg.ffmpeg)}; fonts ${browser.fonts}`;
  log.info({ browser: browser.origin, capture, sandbox, ffmpeg: ffmpeg.origin, version }, "tools found");
  return { browser, ffmpeg, sandbox, capture, version };
}

/** Starts the browser and the encoder once. @throws ProblemError, or what else keeps one of them from starting */
export async function tryTools(
  { browser, sandbox, ffmpeg }: Tools,
  scratchDir: string,
  signal: AbortSignal,
): Promise<void> {
  await startOnce(browser, sandbox, scratchDir, signal);
  await listEncoders(ffmpeg.ffmpeg);
}

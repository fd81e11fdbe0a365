import { browserSandboxWorks, findBrowser, findFfmpeg, type Tools } from "@framewright/engine";

import type { Config } from "../config.ts";
import type { Log } from "../log.ts";

export interface Machine {
  /** The PATH to search for programs. */
  readonly searchPath: string;
  /** Where programs from npm are unpacked, once for all processes of this user. */
  readonly cacheDir: string;
}

/** Whether the browser's own sandbox is used: where it works, unless the configuration says otherwise. */
async function decideSandbox(
  { browserSandbox }: Config,
  works: () => Promise<boolean>,
  log: Log,
): Promise<boolean> {
  if (browserSandbox !== "auto") return browserSandbox === "on";
  // Chromium refuses its sandbox to root.
  const root = process.getuid?.() === 0;
  if (!root && (await works())) return true;
  const reason = root ? "the service runs as root" : "this machine does not allow it";
  log.warn({ reason }, "the browser runs without its own sandbox: render only compositions that you trust");
  return false;
}

/** Chooses browser and ffmpeg, once, at start. @throws ProblemError `browser-missing`, `ffmpeg-missing` */
export async function findTools(
  config: Config,
  machine: Machine,
  scratchDir: string,
  log: Log,
): Promise<Tools> {
  const { browserPath, ffmpegPath, ffprobePath } = config;
  const browser = await findBrowser({ ...machine, configuredPath: browserPath });
  const ffmpeg = await findFfmpeg({ ...machine, ffmpegPath, ffprobePath });
  const sandbox = await decideSandbox(config, () => browserSandboxWorks(browser, scratchDir), log);
  log.info(
    { browser: browser.origin, frameControl: browser.frameControl, sandbox, ffmpeg: ffmpeg.origin },
    "tools found",
  );
  return { browser, ffmpeg, sandbox };
}

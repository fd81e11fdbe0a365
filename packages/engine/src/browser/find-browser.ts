import path from "node:path";

import { ProblemError } from "@framewright/contract";

import { isExecutable } from "../can-access.ts";
import { findOnPath } from "../find-on-path.ts";
import { bundledChromium } from "./bundled-chromium.ts";
import { keepPriority } from "./keep-priority.ts";

/** `begin-frame`: we decide when the compositor draws. `screenshot`: the page draws by itself and we wait for it. */
export type FrameControl = "begin-frame" | "screenshot";

export interface BrowserBinary {
  readonly path: string;
  /** A command that starts it, with arguments; empty when it is started directly. */
  readonly prefix: readonly string[];
  readonly origin: "configured" | "system" | "bundled";
  readonly frameControl: FrameControl;
  /** Variables that the binary needs besides the usual. */
  readonly env: Readonly<Record<string, string>>;
  /** Names the fonts that it finds by `env`: those of the machine, or a set of them that is the same everywhere. */
  readonly fonts: string;
  /** A folder that outlives the browser, so that fonts are not scanned at every start. */
  readonly fontCacheDir: string;
}

export interface FindOptions {
  readonly configuredPath?: string | undefined;
  /** The PATH to search. */
  readonly searchPath: string;
  /** Where the bundled browser is unpacked, once. */
  readonly cacheDir: string;
}

/** Whatever the machine has. */
const MACHINE_FONTS = "of the machine";

const HEADLESS_SHELLS = ["chromium-headless-shell", "chrome-headless-shell", "headless_shell"];
const FULL_BROWSERS = ["chromium", "chromium-browser", "google-chrome", "google-chrome-stable"];
const MAC_BROWSERS = [
  "/Applications/Google Chrome.app/Contents/MacOS/Google Chrome",
  "/Applications/Chromium.app/Contents/MacOS/Chromium",
];

/** Only the headless shell takes frames on command, and not on macOS. */
function frameControlOf(file: string): FrameControl {
  const isShell = /headless[-_]shell/.test(path.basename(file));
  return isShell && process.platform !== "darwin" ? "begin-frame" : "screenshot";
}

/**
 * Chooses the browser: the configured one, a system headless shell, the bundled one, any system browser.
 * @throws ProblemError `browser-missing`
 */
export async function findBrowser(options: FindOptions): Promise<BrowserBinary> {
  const { configuredPath, searchPath, cacheDir } = options;
  const prefix = await keepPriority(searchPath);
  const plain = (file: string, origin: BrowserBinary["origin"]): BrowserBinary => ({
    path: file,
    prefix,
    origin,
    frameControl: frameControlOf(file),
    env: {},
    fonts: MACHINE_FONTS,
    fontCacheDir: cacheDir,
  });
  if (configuredPath !== undefined) {
    if (await isExecutable(configuredPath)) return plain(configuredPath, "configured");
    throw new ProblemError("browser-missing", "PRODUCER_BROWSER_PATH does not name an executable file.");
  }
  const shell = await findOnPath(HEADLESS_SHELLS, searchPath);
  if (shell) return plain(shell, "system");
  const bundled = await bundledChromium(cacheDir);
  if (bundled) return { ...bundled, prefix, fonts: MACHINE_FONTS };
  const full = await findOnPath([...FULL_BROWSERS, ...MAC_BROWSERS], searchPath);
  if (full) return plain(full, "system");
  throw new ProblemError("browser-missing", "Neither a system browser nor the bundled one was found.");
}

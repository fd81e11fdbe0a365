import { isProblemError, ProblemError } from "@framewright/contract";
import { type Tools, tryBrowser, type TriedBrowser } from "@framewright/engine";

import type { Config } from "../config.ts";
import type { Log } from "../log.ts";

type BrowserBinary = Tools["browser"];

/** The browser as it starts, or what keeps it from starting. */
async function tried(
  browser: BrowserBinary,
  sandbox: boolean,
  scratchDir: string,
  signal: AbortSignal,
): Promise<TriedBrowser | ProblemError> {
  try {
    return await tryBrowser(browser, sandbox, scratchDir, signal);
  } catch (error) {
    if (isProblemError(error)) return error;
    throw error;
  }
}

function notStarting({ browserPath, browserSandbox }: Config, cause: ProblemError): ProblemError {
  const which = browserPath ? "The program that PRODUCER_BROWSER_PATH names" : "The browser that was found";
  const how = browserSandbox === "on" ? " with its own sandbox, which PRODUCER_BROWSER_SANDBOX asks for" : "";
  return new ProblemError("browser-failed", `${which} does not start as a browser${how}.`, { cause });
}

export interface SandboxChoice extends TriedBrowser {
  readonly sandbox: boolean;
}

/**
 * Starts the browser once, and says whether its own sandbox is used: where it works, unless the configuration says otherwise.
 * @throws ProblemError `browser-failed` when it does not start
 */
export async function decideSandbox(
  config: Config,
  browser: BrowserBinary,
  scratchDir: string,
  log: Log,
  signal: AbortSignal,
): Promise<SandboxChoice> {
  const isAuto = config.browserSandbox === "auto";
  // Chromium refuses its sandbox to root.
  const root = process.getuid?.() === 0;
  const sandboxed = isAuto && !root ? await tried(browser, true, scratchDir, signal) : null;
  if (sandboxed !== null && !isProblemError(sandboxed)) return { sandbox: true, ...sandboxed };
  const sandbox = config.browserSandbox === "on";
  const started = await tried(browser, sandbox, scratchDir, signal);
  if (isProblemError(started)) throw notStarting(config, started);
  if (isAuto) {
    const reason = root ? "the service runs as root" : "this machine does not allow it";
    log.warn({ reason }, "the browser runs without its own sandbox: render only compositions that you trust");
  }
  return { sandbox, ...started };
}

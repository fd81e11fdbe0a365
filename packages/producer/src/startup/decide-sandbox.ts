import { isProblemError, ProblemError } from "@framewright/contract";
import { tryBrowser, type Tools } from "@framewright/engine";

import type { Config } from "../config.ts";
import type { Log } from "../log.ts";

type BrowserBinary = Tools["browser"];

/** What keeps the browser from starting, or null when it starts. */
async function browserFault(
  browser: BrowserBinary,
  sandbox: boolean,
  scratchDir: string,
  signal: AbortSignal,
): Promise<ProblemError | null> {
  try {
    await tryBrowser(browser, sandbox, scratchDir, signal);
    return null;
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
): Promise<boolean> {
  const isAuto = config.browserSandbox === "auto";
  // Chromium refuses its sandbox to root.
  const root = process.getuid?.() === 0;
  if (isAuto && !root && (await browserFault(browser, true, scratchDir, signal)) === null) return true;
  const sandbox = config.browserSandbox === "on";
  const fault = await browserFault(browser, sandbox, scratchDir, signal);
  if (fault) throw notStarting(config, fault);
  if (isAuto) {
    const reason = root ? "the service runs as root" : "this machine does not allow it";
    log.warn({ reason }, "the browser runs without its own sandbox: render only compositions that you trust");
  }
  return sandbox;
}

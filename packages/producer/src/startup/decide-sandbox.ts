import { isProblemError, ProblemError } from "@framewright/contract";
import { tryBrowser, type Tools } from "@framewright/engine";

import type { Config } from "../config.ts";
import type { Log } from "../log.ts";

type BrowserBinary = Tools["browser"];

/** The browser's name and version, or what keeps it from starting. */
async function productOf(
  browser: BrowserBinary,
  sandbox: boolean,
  scratchDir: string,
  signal: AbortSignal,
): Promise<string | ProblemError> {
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

export interface TriedBrowser {
  readonly sandbox: boolean;
  /** The browser's name and version. */
  readonly product: string;
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
): Promise<TriedBrowser> {
  const isAuto = config.browserSandbox === "auto";
  // Chromium refuses its sandbox to root.
  const root = process.getuid?.() === 0;
  const sandboxed = isAuto && !root ? await productOf(browser, true, scratchDir, signal) : null;
  if (typeof sandboxed === "string") return { sandbox: true, product: sandboxed };
  const sandbox = config.browserSandbox === "on";
  const product = await productOf(browser, sandbox, scratchDir, signal);
  if (typeof product !== "string") throw notStarting(config, product);
  if (isAuto) {
    const reason = root ? "the service runs as root" : "this machine does not allow it";
    log.warn({ reason }, "the browser runs without its own sandbox: render only compositions that you trust");
  }
  return { sandbox, product };
}

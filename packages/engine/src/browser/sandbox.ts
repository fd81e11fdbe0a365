import { randomUUID } from "node:crypto";
import path from "node:path";

import type { BrowserBinary } from "./find-browser.ts";
import { launchBrowser } from "./launch.ts";

/** A port where nothing listens: the browser is only started, and loads nothing. */
const NO_PROXY_PORT = 9;

/**
 * Starts the browser once and ends it, with or without its own sandbox: containers and some kernels do not allow that.
 * Gives its name and version.
 * @throws ProblemError `browser-failed` when it does not start
 */
export async function tryBrowser(
  browser: BrowserBinary,
  sandbox: boolean,
  scratchDir: string,
  signal: AbortSignal,
): Promise<string> {
  const started = await launchBrowser({
    browser,
    sandbox,
    profileDir: path.join(scratchDir, `try-${randomUUID()}`),
    proxyPort: NO_PROXY_PORT,
    width: 800,
    height: 600,
    deviceScaleFactor: 1,
    signal,
  });
  await started.close();
  return started.product;
}

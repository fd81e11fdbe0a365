import { randomUUID } from "node:crypto";
import path from "node:path";

import { isProblemError } from "@framewright/contract";

import type { BrowserBinary } from "./find-browser.ts";
import { launchBrowser } from "./launch.ts";

/** A port where nothing listens: the browser is only started, and loads nothing. */
const NO_PROXY_PORT = 9;

/** Whether the browser starts with its own sandbox here: containers and some kernels do not allow it. */
export async function browserSandboxWorks(browser: BrowserBinary, scratchDir: string): Promise<boolean> {
  try {
    const started = await launchBrowser({
      browser,
      sandbox: true,
      profileDir: path.join(scratchDir, `sandbox-${randomUUID()}`),
      proxyPort: NO_PROXY_PORT,
      deviceScaleFactor: 1,
      signal: new AbortController().signal,
    });
    await started.close();
    return true;
  } catch (error) {
    if (isProblemError(error)) return false;
    throw error;
  }
}

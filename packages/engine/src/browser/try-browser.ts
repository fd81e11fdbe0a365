import { randomUUID } from "node:crypto";
import path from "node:path";

import { isProblemError } from "@framewright/contract";

import { beginFrameSource } from "../capture/begin-frame.ts";
import { MemoryFault } from "../capture/compositor-memory/memory-fault.ts";
import { openBitmap } from "../capture/compositor-memory/open-bitmap.ts";
import type { Capture } from "../tasks.ts";
import type { BrowserBinary } from "./find-browser.ts";
import { type Browser, launchBrowser } from "./launch.ts";
import { attachPage } from "./page.ts";

/** A port where nothing listens: the browser is only started, and loads nothing. */
const NO_PROXY_PORT = 9;
const NO_ORIGIN = "http://127.0.0.1:9";
const SIZE = { width: 800, height: 600 } as const;
const FRAME_MS = 1000 / 30;

export interface TriedBrowser {
  /** Its name and version. */
  readonly product: string;
  readonly capture: Capture;
}

async function bitmapReason(browser: Browser): Promise<string | null> {
  try {
    const options = { ...SIZE, frameControl: "begin-frame", deviceScaleFactor: 1 } as const;
    const page = await attachPage(browser.cdp, { ...options, snapshotOrigin: NO_ORIGIN });
    const frames = beginFrameSource(page, FRAME_MS);
    const bitmap = await openBitmap({ page, frames, size: SIZE, deviceScaleFactor: 1, root: browser.pid });
    if (typeof bitmap === "string") return bitmap;
    bitmap.close();
    return null;
  } catch (error) {
    // What keeps a browser from opening a page is told by what needs one.
    if (isProblemError(error) || error instanceof MemoryFault) return "it did not open an empty page";
    throw error;
  }
}

async function captureOf(started: Browser, { frameControl }: BrowserBinary): Promise<Capture> {
  if (frameControl === "screenshot") return { id: frameControl, reason: "it takes no frames on command" };
  const reason = await bitmapReason(started);
  return { id: reason === null ? "compositor-memory" : frameControl, reason };
}

async function withStarted<T>(
  browser: BrowserBinary,
  sandbox: boolean,
  scratchDir: string,
  signal: AbortSignal,
  use: (started: Browser) => T | Promise<T>,
): Promise<T> {
  const started = await launchBrowser({
    browser,
    sandbox,
    profileDir: path.join(scratchDir, `try-${randomUUID()}`),
    proxyPort: NO_PROXY_PORT,
    ...SIZE,
    deviceScaleFactor: 1,
    signal,
  });
  try {
    return await use(started);
  } finally {
    await started.close();
  }
}

/** Starts the browser once and ends it. @throws ProblemError `browser-failed` when it does not start */
export function startOnce(
  browser: BrowserBinary,
  sandbox: boolean,
  scratchDir: string,
  signal: AbortSignal,
): Promise<void> {
  return withStarted(browser, sandbox, scratchDir, signal, () => undefined);
}

/**
 * Starts the browser, with or without its own sandbox (containers and some kernels do not allow that), looks how frames
 * can be taken from it, and ends it.
 * @throws ProblemError `browser-failed` when it does not start
 */
export function tryBrowser(
  browser: BrowserBinary,
  sandbox: boolean,
  scratchDir: string,
  signal: AbortSignal,
): Promise<TriedBrowser> {
  return withStarted(browser, sandbox, scratchDir, signal, async (started) => ({
    product: started.product,
    capture: await captureOf(started, browser),
  }));
}

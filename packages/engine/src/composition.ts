import { randomUUID } from "node:crypto";
import path from "node:path";
import { setTimeout as sleep } from "node:timers/promises";

import { ProblemError } from "@framewright/contract";

import type { BrowserBinary } from "./browser/find-browser.ts";
import { type Browser, launchBrowser } from "./browser/launch.ts";
import { showHiddenTrees } from "./browser/hidden-trees.ts";
import { attachPage, namingUnresponsive, type Page } from "./browser/page.ts";
import { beginFrameSource, type FramesOnCommand } from "./capture/begin-frame.ts";
import type { Bitmap } from "./capture/compositor-memory/bitmap.ts";
import type { OpenBitmap } from "./capture/compositor-memory/open-bitmap.ts";
import type { FrameSource } from "./capture/frame-source.ts";
import { screenshotSource } from "./capture/screenshot.ts";
import { orDiskFull } from "./disk-full.ts";
import type { HiddenTrees, PendingWork } from "./page-protocol.ts";

/** How often a page that is not ready is asked again: a tenth of the shortest thing worth waiting for. */
const POLL_MS = 20;
/** A page must be quiet this many times in a row: what one answer starts, the next one shows. */
const QUIET_POLLS = 2;

export interface OpenCompositionOptions {
  readonly browser: BrowserBinary;
  readonly sandbox: boolean;
  /** A folder of this task's own; whatever is left in it is the caller's to remove. */
  readonly scratchDir: string;
  readonly proxyPort: number;
  /** SHA-256 of the public key by which the proxy answers https itself, in base64. */
  readonly trustedKey?: string | undefined;
  readonly url: string;
  readonly script: string;
  readonly width: number;
  readonly height: number;
  readonly deviceScaleFactor: number;
  readonly intervalMs: number;
  readonly readyTimeoutMs: number;
  /** What the page leaves empty is transparent, and not white. (Default: false) */
  readonly isTransparent?: boolean;
  readonly signal: AbortSignal;
  /** Finds where the browser draws, before the page is loaded. (Default: nobody asks.) */
  readonly openBitmap?: OpenBitmap | undefined;
  /** Called with what the page waits for, when that changes. */
  readonly onWaiting?: ((what: string | null) => void) | undefined;
  /** Called with the end of the page's console, at most a few times a second. */
  readonly onConsole?: ((lines: readonly string[]) => void) | undefined;
}

const NOTHING = { r: 0, g: 0, b: 0, a: 0 };

/** Where a browser draws, and how it is made to. */
export interface CompositorMemory {
  readonly frames: FramesOnCommand;
  readonly bitmap: Bitmap;
}

/** A loaded and ready page, with the means to take its frames. */
export interface Composition {
  readonly page: Page;
  readonly frames: FrameSource;
  /** Null where nobody asked for it; a text says why it cannot be read, as the end of a sentence. */
  readonly memory: CompositorMemory | string | null;
  readonly product: string;
  readonly close: () => Promise<void>;
}

interface Frames {
  readonly frames: FrameSource;
  readonly memory: CompositorMemory | string | null;
}

/** The means to take frames of the page that a browser begins with, and of the one that it loads. */
async function framesOf(
  page: Page,
  { pid }: Browser,
  { browser, intervalMs, width, height, deviceScaleFactor, openBitmap }: OpenCompositionOptions,
): Promise<Frames> {
  if (browser.frameControl === "screenshot") return { frames: screenshotSource(page), memory: null };
  const frames = beginFrameSource(page, intervalMs);
  const size = {
    width: Math.round(width * deviceScaleFactor),
    height: Math.round(height * deviceScaleFactor),
  };
  const bitmap = await openBitmap?.({ page, frames, size, deviceScaleFactor, root: pid });
  if (bitmap === undefined) return { frames, memory: null };
  return { frames, memory: typeof bitmap === "string" ? bitmap : { frames, bitmap } };
}

/**
 * Frames of other hosts learn nothing of the request's variables. One without an origin belongs to the composition when
 * it comes from there, or is written into a page that may: sandboxed, a `data:` URL.
 */
function ownDocumentsOnly({ url, script }: OpenCompositionOptions): string {
  const own = JSON.stringify(new URL(url).origin);
  const written = `location.origin === "null" && [...location.ancestorOrigins].every((it) => it === ${own} || it === "null")`;
  return `if (self.origin === ${own} || self.origin === "null" && (location.origin === ${own} || ${written})) ${script}`;
}

const HIDDEN_TREES: HiddenTrees = "hidden shadow trees";

const BROKEN_OFF = "net::ERR_ABORTED";

async function navigate(page: Page, url: string, deadline: number): Promise<void> {
  const { errorText } = await page.send("Page.navigate", { url }, deadline).catch((error: unknown) => {
    throw error instanceof ProblemError
      ? error
      : new ProblemError("page-load-failed", "The page did not load in time.");
  });
  if (errorText === undefined) return;
  checkDocument(page);
  // A document that could be shown is given up when the process ends in which it was to be.
  if (errorText === BROKEN_OFF) {
    const evidence = { console: page.console.tail() };
    throw new ProblemError("page-crashed", "The page's process ended while the page loaded.", { evidence });
  }
  throw new ProblemError("page-load-failed", `The page did not load: ${errorText}.`);
}

function checkDocument(page: Page): void {
  const document = page.network.document();
  if (!document) return;
  if (document.status >= 400) {
    throw new ProblemError("page-load-failed", `The entry file answered with HTTP ${document.status}.`);
  }
  if (document.mimeType !== "text/html") {
    throw new ProblemError("page-load-failed", `The entry file is ${document.mimeType}, not text/html.`);
  }
}

function isPendingWork(value: unknown): value is PendingWork {
  return typeof value === "object" && value !== null && "loading" in value && "awaited" in value;
}

/** Everything that page and network still wait for. */
async function pendingWork(page: Page, expression: string, deadline: number): Promise<PendingWork> {
  const found = await page.evaluate(
    `globalThis.__framewright?.${expression} ?? { loading: ["document: loading"], awaited: [] }`,
    deadline,
  );
  if (!isPendingWork(found)) {
    throw new ProblemError("page-script-failed", "A script of the composition replaced the page runtime.");
  }
  if (found.loading.includes(HIDDEN_TREES)) {
    await page.evaluate("__framewright.rootsShown()", deadline);
    await showHiddenTrees(page, deadline).catch(namingUnresponsive(page.console));
  }
  const loading = [...found.loading, ...page.network.inFlight(), ...page.images.unknown()];
  return { loading, awaited: found.awaited };
}

/** Tells what the page waits for, when that changes. */
function waitingReport({ onWaiting }: OpenCompositionOptions): (first: string | null) => void {
  let shown: string | null = null;
  return (first) => {
    if (first !== shown) onWaiting?.(first);
    shown = first;
  };
}

function notReady(page: Page, pending: readonly string[], timeoutMs: number): ProblemError {
  if (pending.length === 0) {
    const detail = `The page is loaded, and after ${timeoutMs / 1000} s nothing in it says how long it is.`;
    return new ProblemError("duration-missing", detail, { evidence: { console: page.console.tail() } });
  }
  const what = pending.slice(0, 5).join(", ");
  return new ProblemError("page-not-ready", `After ${timeoutMs / 1000} s the page still waits for ${what}.`, {
    evidence: { pending: pending.slice(0, 20), console: page.console.tail() },
  });
}

/** A page that answers, only late, at the end of its time has something to wait for; it is not unresponsive. */
const LAST_ANSWER_MS = 250;

/** Waits until the page is ready and has declared itself. @throws ProblemError `page-not-ready`, `page-unresponsive` */
async function untilReady(page: Page, frames: FrameSource, options: OpenCompositionOptions): Promise<void> {
  const deadline = Date.now() + options.readyTimeoutMs;
  const answerBy = deadline + LAST_ANSWER_MS;
  const report = waitingReport(options);
  let quiet = 0;
  for (;;) {
    const { loading, awaited } = await pendingWork(page, "pending()", answerBy);
    checkDocument(page);
    const pending = [...loading, ...awaited];
    report(pending[0] ?? null);
    quiet = loading.length === 0 ? quiet + 1 : 0;
    // Once it is quiet, time may pass for what the page awaits, or until it says how long it is.
    const state = quiet < QUIET_POLLS ? "quiet" : await page.evaluate("__framewright.leadIn()", answerBy);
    if (state === "ready") return;
    if (Date.now() + POLL_MS > deadline) throw notReady(page, pending, options.readyTimeoutMs);
    await frames.settle(answerBy);
    if (loading.length > 0 || state === "stands") await sleep(POLL_MS, undefined, { signal: options.signal });
  }
}

/** Waits, within a frame's time, for what that frame still loads. */
export async function untilComplete(
  composition: Composition,
  frame: number,
  deadline: number,
): Promise<void> {
  const { page, frames } = composition;
  const answerBy = deadline + LAST_ANSWER_MS;
  for (;;) {
    const { loading, awaited } = await pendingWork(page, `linger(${page.images.present()})`, answerBy);
    const pending = [...loading, ...awaited];
    if (pending.length === 0) return;
    if (Date.now() + POLL_MS > deadline) {
      throw new ProblemError(
        "frame-timeout",
        `Frame ${frame} still waits for ${pending.slice(0, 3).join(", ")}.`,
        {
          evidence: { pending: pending.slice(0, 20), console: page.console.tail() },
        },
      );
    }
    await frames.settle(answerBy, frame);
    await sleep(POLL_MS);
  }
}

/** Launches a browser for one composition, loads it and waits until it is ready. */
export async function openComposition(options: OpenCompositionOptions): Promise<Composition> {
  const browser: Browser = await launchBrowser({
    ...options,
    profileDir: path.join(options.scratchDir, `browser-${randomUUID()}`),
  });
  let bitmap: Bitmap | undefined;
  const close = async (graceMs?: number): Promise<void> => {
    bitmap?.close();
    await browser.close(graceMs);
  };
  try {
    const page = await attachPage(browser.cdp, {
      ...options,
      frameControl: options.browser.frameControl,
      snapshotOrigin: new URL(options.url).origin,
    });
    const { frames, memory } = await framesOf(page, browser, options);
    if (memory !== null && typeof memory !== "string") ({ bitmap } = memory);
    if (options.isTransparent === true)
      await page.send("Emulation.setDefaultBackgroundColorOverride", { color: NOTHING });
    await page.send("Page.addScriptToEvaluateOnNewDocument", { source: ownDocumentsOnly(options) });
    await navigate(page, options.url, Date.now() + options.readyTimeoutMs);
    await untilReady(page, frames, options);
    return { page, frames, memory, product: browser.product, close: () => close() };
  } catch (error) {
    const reason = await orDiskFull(error, options.scratchDir);
    // A page that has failed may keep its browser from closing.
    await close(0);
    options.signal.throwIfAborted();
    throw reason;
  }
}

/** Works with a composition in a browser of its own, which is gone when this settles. @throws ProblemError */
export async function withComposition<T>(
  options: OpenCompositionOptions,
  work: (composition: Composition) => Promise<T>,
): Promise<T> {
  const composition = await openComposition(options);
  try {
    return await work(composition);
  } catch (error) {
    options.signal.throwIfAborted();
    throw await orDiskFull(error, options.scratchDir);
  } finally {
    await composition.close();
  }
}

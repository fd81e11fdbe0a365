import { mkdtemp, rm } from "node:fs/promises";
import { homedir, tmpdir } from "node:os";
import { join } from "node:path";

import { findBrowser } from "../../packages/engine/src/browser/find-browser.ts";
import { evaluateStep } from "../../packages/engine/src/capture/step-page.ts";
import type { Size } from "../../packages/engine/src/capture/compositor-memory/bitmap.ts";
import { openBitmap } from "../../packages/engine/src/capture/compositor-memory/open-bitmap.ts";
import {
  type Composition,
  type CompositorMemory,
  openComposition,
  untilComplete,
} from "../../packages/engine/src/composition.ts";
import { pageHeadHtml, pageScript } from "../../packages/engine/src/page-source.ts";
import { SNAPSHOT_ORIGIN, startSnapshotServer } from "../../packages/producer/src/files/serve-snapshot.ts";

const READY_TIMEOUT_MS = 60_000;
const FRAME_TIMEOUT_MS = 60_000;
const FPS = { num: 30, den: 1 };

/** A project's page, open in a browser whose memory is read, at 30 frames a second. */
export interface OpenProject {
  readonly composition: Composition;
  readonly memory: CompositorMemory;
  /** Brings the page to a frame, and waits for what it loads there. Gives the time by which the frame must be taken. */
  readonly stepTo: (frame: number) => Promise<number>;
}

/** Works with a project's page; afterwards all is closed. */
export async function withProject<T>(
  dir: string,
  size: Size,
  work: (project: OpenProject) => Promise<T>,
): Promise<T> {
  const script = await pageScript({ variables: {}, fps: FPS, isLengthGiven: true });
  const server = await startSnapshotServer({ root: dir, headHtml: pageHeadHtml(script), allowedHosts: [] });
  const scratchDir = await mkdtemp(join(tmpdir(), "framewright-frames-"));
  try {
    const composition = await openComposition({
      ...size,
      browser: await findBrowser({
        searchPath: process.env["PATH"] ?? "",
        cacheDir: join(homedir(), ".cache", "framewright"),
      }),
      sandbox: false,
      scratchDir,
      proxyPort: server.port,
      trustedKey: server.keyFingerprint,
      url: `${SNAPSHOT_ORIGIN}/index.html`,
      script,
      deviceScaleFactor: 1,
      intervalMs: (1000 * FPS.den) / FPS.num,
      readyTimeoutMs: READY_TIMEOUT_MS,
      signal: new AbortController().signal,
      openBitmap,
    });
    const { page, memory } = composition;
    const stepTo = async (frame: number): Promise<number> => {
      const deadline = Date.now() + FRAME_TIMEOUT_MS;
      const step = `__framewright.stepTo(${frame}, ${page.images.present()})`;
      await evaluateStep(page, step, frame, deadline);
      await untilComplete(composition, frame, deadline);
      return deadline;
    };
    try {
      if (memory === null || typeof memory === "string")
        throw new Error(`the browser's memory cannot be read: ${memory}`);
      return await work({ composition, memory, stepTo });
    } finally {
      await composition.close();
    }
  } finally {
    await server.close();
    await rm(scratchDir, { recursive: true, force: true });
  }
}

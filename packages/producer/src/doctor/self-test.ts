import { mkdir, writeFile } from "node:fs/promises";
import { join } from "node:path";

import { resolveOutput, type Tools } from "@framewright/engine";

import { runJob } from "../work/run-job.ts";
import { type DoctorCheck, fail, ok } from "./check.ts";

const FRAMES = 3;
const FPS = { num: 30, den: 1 };
const SIDE = 64;
const TIMEOUT_MS = 30_000;
/** The colour follows the frame, so that a page that stands still would show. */
const PAGE = `<!doctype html><html><body style="margin:0"><script>
  let n = 0;
  const draw = () => { document.body.style.background = ["#f00", "#0f0", "#00f"][n++ % 3]; requestAnimationFrame(draw); };
  requestAnimationFrame(draw);
</script></body></html>`;

function howFramesAreTaken({ browser, capture }: Tools): string {
  if (capture.id === "compositor-memory") return "frames on command, read from the compositor's memory";
  const how = browser.frameControl === "begin-frame" ? "frames on command, as screenshots" : "screenshots";
  return `${how} (slower: of the browser, ${capture.reason})`;
}

/** Renders and checks three frames by the same code as a render. */
export async function selfTest(tools: Tools, dir: string): Promise<DoctorCheck> {
  const name = "frame control";
  const how = howFramesAreTaken(tools);
  const startedAt = performance.now();
  const snapshotDir = join(dir, "self-test");
  const file = join(dir, "self-test.mp4");
  const context = { signal: AbortSignal.timeout(TIMEOUT_MS), progress: () => undefined };
  try {
    await mkdir(snapshotDir, { recursive: true });
    await writeFile(join(snapshotDir, "index.html"), PAGE);
    await runJob(
      {
        kind: "chunk",
        tools,
        snapshotDir,
        entryFile: "index.html",
        variables: {},
        fps: FPS,
        allowedHosts: [],
        scratchDir: dir,
        readyTimeoutMs: TIMEOUT_MS,
        frameTimeoutMs: TIMEOUT_MS,
        picture: {
          fps: FPS,
          width: SIDE,
          height: SIDE,
          videoWidth: SIDE,
          videoHeight: SIDE,
          deviceScaleFactor: 1,
          quality: "draft",
          output: resolveOutput({ quality: "draft" }),
        },
        chunk: { index: 0, startFrame: 0, endFrame: FRAMES },
        file,
      },
      context,
    );
    const ms = Math.round(performance.now() - startedAt);
    return ok(name, `${how}: ${FRAMES} frames in ${ms} ms, with the browser's start`);
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    return fail(
      name,
      `${how} do not work: ${reason}`,
      "Install chromium-headless-shell and ffmpeg, or set PRODUCER_BROWSER_PATH.",
    );
  }
}

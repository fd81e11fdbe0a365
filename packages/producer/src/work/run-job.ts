import {
  assemble,
  captureChunk,
  MEDIA_PATH,
  pageHeadHtml,
  PageMedia,
  pageScript,
  type PageSource,
  probe,
  renderSound,
  type TaskContext,
  verify,
} from "@framewright/engine";
import type { Libraries, LibraryReport } from "@framewright/local-cdn";

import { mediaFile } from "../files/media-file.ts";
import { SNAPSHOT_ORIGIN, type SnapshotServer, startSnapshotServer } from "../files/serve-snapshot.ts";
import type { Job, JobProgress, Jobs, PageJob } from "./jobs.ts";

export interface JobContext {
  readonly signal: AbortSignal;
  readonly progress: (progress: JobProgress) => void;
}

/** What is told of the console between two frames: a page that only writes must not pass for one that goes on. */
const MAX_CONSOLE_NEWS = 20;

function entryUrl(entryFile: string): string {
  const path = entryFile.split("/").map(encodeURIComponent).join("/");
  return `${SNAPSHOT_ORIGIN}/${path}`;
}

const NOTHING: LibraryReport = { served: [], refused: [], notes: [] };

/** What the page of a job asked for, and got or not. */
interface Requests extends Pick<SnapshotServer, "hosts" | "refused"> {
  readonly libraries: () => LibraryReport;
}

async function librariesOf(
  { libraries, snapshotDir }: PageJob,
  signal: AbortSignal,
): Promise<Libraries | null> {
  if (libraries === undefined) return null;
  // Loaded when it is first needed: a worker should start fast.
  const { openLibraries } = await import("@framewright/local-cdn");
  return openLibraries({ ...libraries, projectDir: snapshotDir, signal });
}

/** Serves the snapshot, and libraries in the place of CDNs, for as long as the page of a job is open. */
async function withPage<T>(
  job: PageJob,
  { signal, progress }: JobContext,
  work: (source: PageSource, context: TaskContext, requests: Requests) => Promise<T>,
): Promise<T> {
  const { variables, fps, isLengthGiven = false } = job;
  const mediaUrl = `${SNAPSHOT_ORIGIN}${MEDIA_PATH}`;
  const script = await pageScript({ variables, fps, isLengthGiven, mediaUrl });
  const closing = new AbortController();
  const failing = new AbortController();
  const libraries = await librariesOf(job, AbortSignal.any([signal, closing.signal]));
  const media = new PageMedia({
    ffmpeg: job.tools.ffmpeg,
    scratchDir: job.scratchDir,
    signal,
    fileOf: (url) => mediaFile(job.snapshotDir, url),
    maxSeconds: job.media?.maxSeconds,
    onFault: (problem) => failing.abort(problem),
  });
  const server = await startSnapshotServer({
    media: {
      serves: ({ pathname }) => pathname.startsWith(`${MEDIA_PATH}/`),
      answer: (asked) => media.answer(asked),
    },
    root: job.snapshotDir,
    headHtml: pageHeadHtml(script),
    allowedHosts: job.allowedHosts,
    ...(libraries && { libraries }),
  });
  try {
    const { readyTimeoutMs, frameTimeoutMs, tools, scratchDir } = job;
    const url = entryUrl(job.entryFile);
    const source = {
      url,
      proxyPort: server.port,
      trustedKey: server.keyFingerprint,
      script,
      fileOf: (asked: URL) => mediaFile(job.snapshotDir, asked),
      readyTimeoutMs,
      frameTimeoutMs,
    };
    let consoleNews = 0;
    const context: TaskContext = {
      tools,
      scratchDir,
      signal: AbortSignal.any([signal, failing.signal]),
      onWaiting: (waitingFor) => progress({ waitingFor }),
      onConsole: (console) => {
        if (consoleNews++ < MAX_CONSOLE_NEWS) progress({ console });
      },
      onFrames: (framesDone) => {
        consoleNews = 0;
        progress({ framesDone });
      },
    };
    return await work(source, context, { ...server, libraries: () => libraries?.record.report() ?? NOTHING });
  } finally {
    closing.abort();
    media.close();
    await server.close();
    await libraries?.close();
  }
}

/** Does one job of a render worker. @throws ProblemError */
export function runJob(job: Job, context: JobContext): Promise<Jobs[keyof Jobs]["result"]> {
  switch (job.kind) {
    case "probe":
      return withPage(job, context, async (source, task, { hosts, refused, libraries }) => ({
        probe: await probe(source, task, job.media),
        hosts: hosts(),
        refused: refused(),
        libraries: libraries(),
      }));
    case "chunk":
      return withPage(job, context, async (source, task, { refused, libraries }) => {
        const { picture, chunk, file, isFollowed, mayJump, withHistory } = job;
        const captured = await captureChunk(
          { source, picture, chunk, file, isFollowed, mayJump, withHistory },
          task,
        );
        return { ...captured, refused: refused(), libraries: libraries() };
      });
    case "sound":
      return withPage(job, context, (source, task) =>
        renderSound(job, source, task, () => context.progress({})),
      );
    case "assemble":
      return assemble(job, { ffmpeg: job.tools.ffmpeg.ffmpeg, signal: context.signal });
    case "verify":
      return verify(job.file, job.expectation, {
        ...job.tools.ffmpeg,
        deadline: job.deadline,
        signal: context.signal,
      });
  }
}

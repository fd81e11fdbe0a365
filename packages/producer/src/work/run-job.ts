import {
  assemble,
  captureChunk,
  pageHeadHtml,
  pageScript,
  type PageSource,
  probe,
  type TaskContext,
  verify,
} from "@framewright/engine";

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

/** Serves the snapshot for as long as the page of a job is open. */
async function withPage<T>(
  job: PageJob,
  { signal, progress }: JobContext,
  work: (source: PageSource, context: TaskContext, server: SnapshotServer) => Promise<T>,
): Promise<T> {
  const { variables, fps, isLengthGiven = false } = job;
  const script = await pageScript({ variables, fps, isLengthGiven });
  const server = await startSnapshotServer({
    root: job.snapshotDir,
    headHtml: pageHeadHtml(script),
    allowedHosts: job.allowedHosts,
  });
  try {
    const { readyTimeoutMs, frameTimeoutMs, tools, scratchDir } = job;
    const url = entryUrl(job.entryFile);
    const source = { url, proxyPort: server.port, script, readyTimeoutMs, frameTimeoutMs };
    let consoleNews = 0;
    const context: TaskContext = {
      tools,
      scratchDir,
      signal,
      onWaiting: (waitingFor) => progress({ waitingFor }),
      onConsole: (console) => {
        if (consoleNews++ < MAX_CONSOLE_NEWS) progress({ console });
      },
      onFrames: (framesDone) => {
        consoleNews = 0;
        progress({ framesDone });
      },
    };
    return await work(source, context, server);
  } finally {
    await server.close();
  }
}

/** Does one job of a render worker. @throws ProblemError */
export function runJob(job: Job, context: JobContext): Promise<Jobs[keyof Jobs]["result"]> {
  switch (job.kind) {
    case "probe":
      return withPage(job, context, async (source, task, server) => ({
        probe: await probe(source, task),
        hosts: server.hosts(),
        refused: server.refused(),
      }));
    case "chunk":
      return withPage(job, context, async (source, task, server) => {
        const { picture, chunk, file } = job;
        const captured = await captureChunk({ source, picture, chunk, file }, task);
        return { ...captured, refused: server.refused() };
      });
    case "assemble":
      return assemble(job, { ffmpeg: job.tools.ffmpeg.ffmpeg, signal: context.signal });
    case "verify":
      return verify(job.file, job.expectation, {
        ffprobe: job.tools.ffmpeg.ffprobe,
        deadline: job.deadline,
        signal: context.signal,
      });
  }
}

import { writeFile } from "node:fs/promises";

import type { HeardOnPage, PictureMark } from "@framewright/engine";

import type { Job } from "../../src/work/jobs.ts";
import type { RunOptions } from "../../src/work/workers.ts";

/** What a render worker does with a job. */
export type Behaviour = (job: Job, options: RunOptions) => Promise<unknown>;

export interface Declared {
  /** (Default: 20, which at 1280×720 and 30 frames a second are 600 frames in 4 chunks.) */
  readonly seconds?: number;
  readonly width?: number;
  readonly height?: number;
  /** Hosts that the page asks for files. */
  readonly hosts?: readonly string[];
  readonly sound?: HeardOnPage;
}

const NOTHING = { served: [], refused: [], notes: [] };
const NOTHING_FOUND = {
  content: [],
  motion: [],
  told: [],
  texts: { cut: [], clear: [], overlapping: [] },
};

/** What a page of 1280×720 declares. */
export function probeOf({
  seconds = 20,
  width = 1280,
  height = 720,
  hosts = [],
  sound,
}: Declared = {}): unknown {
  const declarations = {
    compositionId: "main",
    width: String(width),
    height: String(height),
    durations: [{ source: "attribute", seconds: { type: "string", text: String(seconds) } }],
    endless: [],
    variablesError: null,
    variableIssues: [],
    problems: [],
    leadInMs: 0,
    warnings: [],
  };
  return {
    probe: {
      declarations,
      findings: NOTHING_FOUND,
      uncaught: [],
      workers: [],
      failedRequests: [],
      classicScripts: [],
      sound,
    },
    hosts,
    refused: [],
    libraries: NOTHING,
  };
}

function markOf(frame: number): PictureMark {
  return { name: `frame ${frame}`, shape: null };
}

/** Does every job at once, as a healthy worker would; each frame of a chunk's file tells which it is. */
export const healthy: Behaviour = async (job) => {
  switch (job.kind) {
    case "probe":
      return probeOf();
    case "chunk": {
      const { index, startFrame, endFrame } = job.chunk;
      const content = `${startFrame}-${endFrame};`;
      await writeFile(job.file, content);
      return {
        index,
        file: job.file,
        frames: endFrame - startFrame,
        bytes: content.length,
        news: { uncaught: [], workers: [], failedRequests: [] },
        refused: [],
        libraries: NOTHING,
        inspection: { ...NOTHING_FOUND, clipBorders: [] },
        picture: { startFrame, endFrame, changes: 1, first: "a", last: "b", blank: [] },
        seams: { first: markOf(startFrame), next: job.isFollowed === true ? markOf(endFrame) : null },
      };
    }
    case "sound":
      await writeFile(job.file, "sound");
      return { peak: 0.5, summedPeak: 0.5 };
    case "assemble":
      await writeFile(job.file, "video");
      return { bytes: 5 };
    case "verify":
      return { passed: true, checks: [] };
  }
};

/** Never ends by itself. */
export const stuck: Behaviour = (_job, { signal, onStarted }) => {
  onStarted?.();
  const { promise, reject } = Promise.withResolvers<never>();
  const stop = (): void => reject(signal.reason as Error);
  if (signal.aborted) stop();
  else signal.addEventListener("abort", stop, { once: true });
  return promise;
};

/** A healthy worker but for what a kind of job does. */
export function except(kind: Job["kind"], behaviour: Behaviour): Behaviour {
  return (job, options) => (job.kind === kind ? behaviour(job, options) : healthy(job, options));
}

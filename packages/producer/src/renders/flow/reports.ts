import type { Progress } from "@framewright/contract";

import { lockIfFree, report } from "../row-changes.ts";
import { countChunk } from "./count-chunk.ts";
import type { FlowDeps } from "./flow-deps.ts";

/** Progress is told at most this often by each piece of work; what is waited for is told at once. */
const INTERVAL_MS = 400;

export interface Reports {
  /** Tells how many frames of the work are done, or what it waits for. */
  tell(news: {
    readonly framesDone?: number | undefined;
    readonly waitingFor?: string | null | undefined;
  }): void;
  /** Settles when nothing more will be written. */
  close(): Promise<void>;
}

type Write = (news: { framesDone?: number; waitingFor?: string | null }) => Promise<void>;

function throttled(write: Write, onFailure: (error: unknown) => void): Reports {
  let pending: Parameters<Write>[0] = {};
  let toldAt = -Infinity;
  let waitingFor: string | null = null;
  let isUrgent = false;
  let writing: Promise<void> | null = null;
  let closed = false;
  const flush = async (): Promise<void> => {
    toldAt = performance.now();
    const news = pending;
    pending = {};
    await write(news).catch(onFailure);
  };
  /** What came to wait for meanwhile may be the last that is told for long. */
  const flushUrgent = async (): Promise<void> => {
    isUrgent = false;
    await flush();
    if (isUrgent && !closed) await flushUrgent();
  };
  return {
    tell(news) {
      isUrgent ||= news.waitingFor !== undefined && news.waitingFor !== waitingFor;
      if (news.framesDone !== undefined) pending.framesDone = news.framesDone;
      if (news.waitingFor !== undefined) waitingFor = pending.waitingFor = news.waitingFor;
      if (closed || writing || (!isUrgent && performance.now() - toldAt < INTERVAL_MS)) return;
      writing = flushUrgent().finally(() => (writing = null));
    },
    async close() {
      closed = true;
      await writing;
    },
  };
}

/** Reports of work on a render: of a chunk where an index is given. What cannot be written is told by the next. */
export function openReports(
  { database, log, observer }: FlowDeps,
  renderId: string,
  index: number | null,
): Reports {
  const write: Write = ({ framesDone, waitingFor }) =>
    database.transaction(async (tx) => {
      const row = await lockIfFree(tx, renderId);
      if (row === null) return;
      const change: Partial<Progress> = waitingFor === undefined ? {} : { waitingFor };
      if (framesDone === undefined || index === null) return report(tx, row, change);
      const { progress, meter } = await countChunk(tx, row, { index, framesDone, isDone: false });
      return report(tx, row, { ...change, ...progress }, meter);
    });
  const reports = throttled(write, (error) => log.debug({ err: error, renderId }, "progress was not told"));
  return {
    ...reports,
    tell(news) {
      observer.progressed();
      reports.tell(news);
    },
  };
}

import { spawn } from "node:child_process";
import { once } from "node:events";
import { open, rm, stat } from "node:fs/promises";

import { watchTree } from "../process-tree.ts";
import type { Contender, Job } from "./contenders.ts";

/** A minute of video by the slowest, on a busy machine. */
const TIMEOUT_MS = 900_000;

/** What one render took. */
export interface Run {
  readonly seconds: number;
  readonly cpuSeconds: number;
  readonly peakBytes: number;
  readonly fileBytes: number;
}

/** Renders once, and measures the program and all that it started. Null when it gave no file; the log says why. */
export async function renderOnce(contender: Contender, job: Job, logFile: string): Promise<Run | null> {
  await rm(job.file, { force: true });
  const log = await open(logFile, "w");
  try {
    const [program = "", ...args] = contender.command(job);
    const startedAt = performance.now();
    const child = spawn(program, args, {
      stdio: ["ignore", log.fd, log.fd],
      timeout: TIMEOUT_MS,
      killSignal: "SIGKILL",
      env: { ...process.env, DO_NOT_TRACK: "1", CI: "1", ...contender.env },
    });
    const ended = once(child, "exit");
    const tree = watchTree(child.pid ?? 0);
    const [code] = (await ended) as [number | null];
    const use = tree.stop();
    const seconds = (performance.now() - startedAt) / 1000;
    if (code !== 0) return null;
    return { ...use, seconds, fileBytes: (await stat(job.file)).size };
  } finally {
    await log.close();
  }
}

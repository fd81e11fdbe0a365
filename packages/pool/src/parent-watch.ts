const POLL_MS = 500;

/**
 * Options for Node that make a child notice that its parent has gone while its own event loop is blocked, from its
 * first line on: a thread asks for the parent's pid every 500 ms, and kills the group when it has changed. It is
 * loaded ahead of the entry, as text, so that no bundler can lose it. What the child forks has another parent, and
 * does not inherit the options.
 */
export function parentWatchOptions(parentPid: number): string[] {
  const thread = `
    setInterval(() => {
      if (process.ppid !== ${parentPid}) process.kill(-process.pid, "SIGKILL");
    }, ${POLL_MS});
  `;
  const loader = `
    import { isMainThread, Worker } from "node:worker_threads";
    if (isMainThread) {
      process.execArgv.splice(0, 2);
      new Worker(${JSON.stringify(thread)}, {
        eval: true, execArgv: [], env: {}, resourceLimits: { maxOldGenerationSizeMb: 8, maxYoungGenerationSizeMb: 1 },
      }).unref();
    }
  `;
  return ["--import", `data:text/javascript,${encodeURIComponent(loader)}`];
}

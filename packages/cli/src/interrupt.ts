import { interrupted } from "./failure.ts";

/** Longer than cancelling a render and closing a producer take in the worst case. */
const HARD_EXIT_MS = 30_000;

/** Listens for SIGINT and SIGTERM. The first aborts the signal; a second, or half a minute, ends the process. */
export function listenForInterrupt(): AbortSignal {
  const controller = new AbortController();
  for (const name of ["SIGINT", "SIGTERM"] as const) {
    process.on(name, () => {
      const reason = interrupted(name);
      if (controller.signal.aborted) process.exit(reason.exitCode);
      setTimeout(() => process.exit(reason.exitCode), HARD_EXIT_MS).unref();
      controller.abort(reason);
    });
  }
  // The reader of a pipe has gone: nobody wants the result any more.
  process.stdout.on("error", () => controller.abort(interrupted("SIGTERM")));
  // Progress is told for whoever listens: when nobody does, the result is wanted all the same.
  process.stderr.on("error", () => undefined);
  return controller.signal;
}

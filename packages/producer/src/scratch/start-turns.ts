export interface Turns {
  /** Begins a turn, or joins the one that runs; resolves when it is over. */
  take(): Promise<void>;
  close(): void;
}

/** Does something again and again, one turn at a time: what hangs must not pile up. */
export function startTurns(
  work: () => Promise<void>,
  intervalMs: number,
  onError: (error: unknown) => void,
): Turns {
  let running: Promise<void> | null = null;
  const take = (): Promise<void> =>
    (running ??= work()
      .catch(onError)
      .finally(() => {
        running = null;
      }));
  const timer = setInterval(() => void take(), intervalMs).unref();
  return { take, close: () => clearInterval(timer) };
}

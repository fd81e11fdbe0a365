/**
 * The work's outcome, or the signal's reason once it aborts: for what cannot itself be stopped, such as a call to a disk
 * that hangs. Work that ends by the signal, and cleans up, is given `graceMs` for it; what is given up goes on unseen.
 */
export async function untilAborted<T>(work: Promise<T>, signal: AbortSignal, graceMs = 0): Promise<T> {
  const { promise: aborted, reject } = Promise.withResolvers<never>();
  let timer: NodeJS.Timeout | undefined;
  const abort = (): void => {
    if (graceMs === 0) reject(signal.reason);
    else timer = setTimeout(() => reject(signal.reason), graceMs);
  };
  signal.addEventListener("abort", abort, { once: true });
  if (signal.aborted) abort();
  try {
    return await Promise.race([work, aborted]);
  } finally {
    signal.removeEventListener("abort", abort);
    clearTimeout(timer);
  }
}

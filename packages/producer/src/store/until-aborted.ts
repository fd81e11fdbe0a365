/**
 * The work's outcome, or the signal's reason as soon as it aborts: for what cannot itself be stopped, such as a call
 * to a disk that hangs. Work that is given up goes on unseen, and has to clean up after itself.
 */
export async function untilAborted<T>(work: Promise<T>, signal: AbortSignal): Promise<T> {
  const { promise: aborted, reject } = Promise.withResolvers<never>();
  const abort = (): void => reject(signal.reason);
  signal.addEventListener("abort", abort, { once: true });
  if (signal.aborted) abort();
  try {
    return await Promise.race([work, aborted]);
  } finally {
    signal.removeEventListener("abort", abort);
  }
}

/** Calls an observer. What it throws is reported as a process warning: it must not stop the life of a child. */
export function notify<A extends unknown[]>(observer: ((...args: A) => void) | undefined, ...args: A): void {
  try {
    observer?.(...args);
  } catch (error) {
    process.emitWarning(error instanceof Error ? error : String(error));
  }
}

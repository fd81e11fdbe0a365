/** A system that takes longer than this to answer is at fault itself. */
const TIMEOUT_MS = 3_000;

export interface Reading {
  /** Asks once more, unless the last question is still open: a system that hangs must not pile them up. */
  read(): void;
}

export interface ReadingOptions<T> {
  readonly onValue: (value: T) => void;
  /** Told why, also while an answer is overdue. */
  readonly onFault: (fault: string) => void;
}

/** Something asked of the system again and again. */
export function createReading<T>(ask: () => Promise<T>, { onValue, onFault }: ReadingOptions<T>): Reading {
  let askedAt: number | null = null;
  const answer = async (): Promise<void> => {
    try {
      onValue(await ask());
    } catch (error) {
      onFault(error instanceof Error && "code" in error ? String(error.code) : "unknown");
    } finally {
      askedAt = null;
    }
  };
  return {
    read() {
      if (askedAt === null) {
        askedAt = performance.now();
        void answer();
      } else if (performance.now() - askedAt > TIMEOUT_MS) {
        onFault("no answer");
      }
    },
  };
}

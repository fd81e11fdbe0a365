/** Whoever waits for a place. */
interface Waiting {
  readonly enter: () => void;
}

/** Runs work when it is its turn. Rejects with what `late` gives when that does not come in time. */
export type Gate = <T>(work: () => Promise<T>) => Promise<T>;

/** Lets so many pieces of work run at a time; the rest waits in order, each for `waitMs` at most. */
export function openGate(size: number, waitMs: number, late: () => Error): Gate {
  const inside = new Set<Waiting>();
  const outside = new Set<Waiting>();
  const come = (): { readonly place: Waiting; readonly turn: Promise<void> } => {
    const { promise: turn, resolve, reject } = Promise.withResolvers<void>();
    const timer = setTimeout(() => {
      if (outside.delete(place)) reject(late());
    }, waitMs).unref();
    const enter = (): void => {
      clearTimeout(timer);
      resolve();
    };
    const place = { enter };
    outside.add(place);
    return { place, turn };
  };
  /** A place is given on at once, so that nobody overtakes. */
  const letIn = (): void => {
    for (const next of outside) {
      if (inside.size >= size) return;
      outside.delete(next);
      inside.add(next);
      next.enter();
    }
  };
  return async (work) => {
    const { place, turn } = come();
    letIn();
    await turn;
    try {
      return await work();
    } finally {
      inside.delete(place);
      letIn();
    }
  };
}

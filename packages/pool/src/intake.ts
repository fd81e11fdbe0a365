/** An honest child's frames, results and log lines are a fraction of either. */
const MAX_BYTES = 16 * 1024 * 1024;
const MAX_PIECES = 20_000;
const WINDOW_MS = 2_000;

/** Counts what a child sends, on all its streams, and notices a flood. */
export interface Intake {
  /** Counts a part as it arrives. */
  take(text: string): void;
  /** Counts a message or a line; false when the child has sent too much, and no more of it is wanted. */
  admit(): boolean;
}

/** A child that sends more than 16 MiB, or 20,000 messages and lines, within 2 s is a flood. Told once. */
export function createIntake(onFlood: (what: string) => void): Intake {
  let sinceMs = performance.now();
  let bytes = 0;
  let pieces = 0;
  let isFlooded = false;

  function check(what: string, isOver: boolean): void {
    if (isFlooded || !isOver) return;
    isFlooded = true;
    onFlood(what);
  }

  return {
    take(text) {
      const nowMs = performance.now();
      if (nowMs - sinceMs >= WINDOW_MS) [sinceMs, bytes, pieces] = [nowMs, 0, 0];
      bytes += Buffer.byteLength(text);
      check("more than 16 MiB within 2 s", bytes > MAX_BYTES);
    },
    admit() {
      pieces += 1;
      check("more than 20,000 messages and lines within 2 s", pieces > MAX_PIECES);
      return !isFlooded;
    },
  };
}

import type { Progress } from "@framewright/contract";

/** Shows progress to a person. */
export interface ProgressView {
  show(progress: Progress): void;
  /** A line that stays. */
  note(text: string): void;
  /** Removes what is not meant to stay. Idempotent. */
  close(): void;
}

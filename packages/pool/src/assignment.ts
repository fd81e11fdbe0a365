import type { ChildExit } from "./child-exit.ts";
import type { TaskAnswer } from "./messages.ts";

/** A task as its child sees it. */
export interface Assignment {
  readonly id: number;
  readonly task: unknown;
  onStarted(): void;
  onProgress(progress: unknown): void;
  /** The child has answered and is free. */
  onAnswer(answer: TaskAnswer): void;
  /** The child is dead without an answer, or not even the kernel can end one of its processes. */
  onLost(exit: ChildExit): void;
}

import type { ChildExit } from "./child-exit.ts";
import type { SupervisedChild } from "./supervised-child.ts";

export interface ChildObserver {
  onReady(child: SupervisedChild): void;
  /** The child has done its task: the moment to see whether it may have another. */
  onTaskDone(child: SupervisedChild): void;
  /** The child has settled a task, and is ready or draining. */
  onFree(child: SupervisedChild): void;
  /** The child can do no more work; its process group is being ended. */
  onDying(child: SupervisedChild): void;
  onDead(child: SupervisedChild, exit: ChildExit): void;
  onOutput(child: SupervisedChild, line: string): void;
}

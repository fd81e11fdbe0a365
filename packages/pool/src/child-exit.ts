export type ExitReason =
  /** The child could not be spawned, or ended before it was ready. */
  | "start-failed"
  | "start-timeout"
  /** The child sent something that is no message, or none that fits its state. */
  | "protocol"
  /** The child answered no ping for too long. */
  | "ping"
  | "deadline"
  | "stalled"
  | "cancelled"
  /** The child ended by itself, unasked. */
  | "crash"
  /** The child ran out of memory: by the kernel's count, by V8's word, or by the pool's own limit. */
  | "oom"
  /** The child asked to be replaced, or had done, lived or grown to its limit. */
  | "recycle"
  | "closed";

/**
 * `spawning` has not said that it is ready · `ready` waits for work · `busy` has a task · `draining` takes no more
 * work and leaves after its task · `dying` has ended or is being killed · `dead`: its process group is gone.
 */
export type ChildState = "spawning" | "ready" | "busy" | "draining" | "dying" | "dead";

/** How a child ended. */
export interface ChildExit {
  readonly reason: ExitReason;
  /** The state that it left. */
  readonly from: ChildState;
  /** What happened, in words, where the reason alone does not say it. */
  readonly detail: string | undefined;
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
  /** The end of what the child wrote to stderr. */
  readonly stderrTail: string;
  /** How many tasks it had answered. */
  readonly tasksDone: number;
  /** From its start until its process group was gone, in milliseconds. */
  readonly ageMs: number;
}

/** The end of a child in words. For the log: holds raw output. */
export function describeExit(exit: ChildExit): string {
  const how = exit.signal === null ? `code ${exit.code ?? "unknown"}` : `signal ${exit.signal}`;
  const lastLine = exit.stderrTail.trimEnd().split("\n").at(-1);
  return [`${exit.reason}, ${how}`, exit.detail, lastLine].filter(Boolean).join(": ");
}

const HEAP_OOM = /heap out of memory|allocation failed/i;
const SIGNAL_BASE = 128;
const SIGABRT = 6;
const SIGKILL = 9;

/**
 * Names the end of a child that nobody asked to end. V8 aborts when its heap is full, and says so. A SIGKILL that
 * is not ours comes from the kernel when memory is short, and is then counted in the child's cgroup; where that
 * cannot be read (`wasOomKill` is undefined), it hardly ever comes from anyone else.
 */
export function classifyExit(
  { code, signal, stderrTail }: Pick<ChildExit, "code" | "signal" | "stderrTail">,
  wasOomKill: boolean | undefined,
): "crash" | "oom" {
  if (signal === "SIGKILL" || code === SIGNAL_BASE + SIGKILL) return wasOomKill === false ? "crash" : "oom";
  const aborted = signal === "SIGABRT" || code === SIGNAL_BASE + SIGABRT;
  return aborted && HEAP_OOM.test(stderrTail) ? "oom" : "crash";
}

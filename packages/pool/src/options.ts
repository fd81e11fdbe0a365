import type { ChildExit } from "./child-exit.ts";
import type { PoolErrorCode } from "./pool-error.ts";
import { MAX_TIMER_MS } from "./timer-limit.ts";

export interface ChildOptions {
  /** The module that each child runs; it calls `serveTasks`. */
  readonly entry: URL;
  /** The whole environment of a child: nothing is inherited. */
  readonly env: Readonly<Record<string, string>>;
  /** Options for Node, before the entry. (Default: none.) */
  readonly execArgv?: readonly string[];
  /** How long a child may take until it is ready. (Default: 20,000.) */
  readonly startTimeoutMs?: number;
  /** (Default: 2,000.) */
  readonly pingIntervalMs?: number;
  /** A child that is silent for this long is killed, at most one interval later. (Default: 10,000.) */
  readonly pingTimeoutMs?: number;
  /** Between SIGTERM and SIGKILL, and for an idle child to leave when asked. (Default: 2,000.) */
  readonly killGraceMs?: number;
  /** Scheduling priority of a child, -20 (first) to 19 (last). (Default: 10.) */
  readonly nice?: number;
  /** A child that has done this many tasks is replaced. (Default: no limit.) */
  readonly maxTasks?: number;
  /** A child this old is replaced once it has no task. (Default: no limit.) */
  readonly maxAgeMs?: number;
  /** A child whose processes hold more is replaced once it has no task. Linux. (Default: no limit.) */
  readonly maxMemoryBytes?: number;
  /** A child whose processes hold more is killed at once. Linux. (Default: no limit.) */
  readonly killMemoryBytes?: number;
}

export interface PoolOptions extends ChildOptions {
  /** How many children are kept. */
  readonly size: number;
  /** How long a task may wait while no child can be had at all; while children are merely busy, its deadline counts. (Default: 30,000.) */
  readonly acquireTimeoutMs?: number;
  /** How long a cancelled task may take to end by itself before its child is killed. (Default: 2,000.) */
  readonly cancelGraceMs?: number;
  /** A child that has been ready for this long, or has done a task, proves that starting works: failures before it are forgotten, and its own end does not delay its replacement. (Default: 5,000.) */
  readonly steadyAfterMs?: number;
  /** After this many failed starts in a row, tasks are refused instead of waiting. (Default: 5.) */
  readonly breakerFailures?: number;
  /** How often memory and age of the children are looked at. (Default: 1,000.) */
  readonly watchIntervalMs?: number;
  readonly onEvent?: (event: PoolEvent) => void;
  /** Receives each line that a child writes to stdout or stderr, cut at 16 Ki characters. */
  readonly onOutput?: (line: string, childId: number) => void;
}

const DEFAULTS = {
  execArgv: [],
  startTimeoutMs: 20_000,
  pingIntervalMs: 2_000,
  pingTimeoutMs: 10_000,
  killGraceMs: 2_000,
  nice: 10,
  maxTasks: Infinity,
  maxAgeMs: Infinity,
  maxMemoryBytes: Infinity,
  killMemoryBytes: Infinity,
  acquireTimeoutMs: 30_000,
  cancelGraceMs: 2_000,
  steadyAfterMs: 5_000,
  breakerFailures: 5,
  watchIntervalMs: 1_000,
  onEvent: () => undefined,
  onOutput: () => undefined,
} as const satisfies Partial<PoolOptions>;

/** An option that is undefined counts as not given, and no time is longer than a timer can be. */
export function withDefaults(options: PoolOptions): Required<PoolOptions> {
  const all = { ...DEFAULTS, ...given(options) };
  return {
    ...all,
    startTimeoutMs: timer(all.startTimeoutMs),
    pingIntervalMs: timer(all.pingIntervalMs),
    killGraceMs: timer(all.killGraceMs),
    acquireTimeoutMs: timer(all.acquireTimeoutMs),
    cancelGraceMs: timer(all.cancelGraceMs),
    steadyAfterMs: timer(all.steadyAfterMs),
    watchIntervalMs: timer(all.watchIntervalMs),
  };
}

const timer = (ms: number): number => Math.min(ms, MAX_TIMER_MS);

/** The same options without those that are undefined: what is left has the same types. */
function given(options: PoolOptions): PoolOptions {
  return Object.fromEntries(
    Object.entries(options).filter(([, value]) => value !== undefined),
  ) as unknown as PoolOptions;
}

export type PoolEvent =
  /** A child was asked for; `pid` is undefined when the system had no room for it. */
  | { readonly type: "spawned"; readonly childId: number; readonly pid: number | undefined }
  | { readonly type: "ready"; readonly childId: number; readonly startMs: number }
  /** The child's whole process group is gone. */
  | { readonly type: "exit"; readonly childId: number; readonly exit: ChildExit }
  /** Starting failed `failures` times in a row; the next try is in `delayMs`. */
  | { readonly type: "backoff"; readonly failures: number; readonly delayMs: number }
  /** Starting failed too often: until it works again, a task is refused unless a child is left to take it. */
  | { readonly type: "breaker-opened"; readonly failures: number; readonly reason: string }
  | { readonly type: "breaker-closed" }
  /** May fire again for the same task, when its child died before it took the task. */
  | {
      readonly type: "task-started";
      readonly taskId: number;
      readonly childId: number;
      readonly waitedMs: number;
    }
  /** Fires once per task, last. */
  | {
      readonly type: "task-settled";
      readonly taskId: number;
      readonly outcome: "done" | PoolErrorCode;
      readonly totalMs: number;
    };

export interface TaskOptions {
  /** When the task must have settled, in milliseconds since the epoch. At most 24 days ahead count. */
  readonly deadline: number;
  readonly signal?: AbortSignal | undefined;
  /** Higher goes first; equals go in the order of arrival. (Default: 0.) */
  readonly priority?: number | undefined;
  /** Called when a child has taken the task. */
  readonly onStarted?: (() => void) | undefined;
  /** Receives what the task reports. Nobody has checked it. */
  readonly onProgress?: ((progress: unknown) => void) | undefined;
  /** No progress for this long counts as a hang. (Default: no limit but the deadline.) */
  readonly stallTimeoutMs?: number | undefined;
}

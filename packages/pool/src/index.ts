export type { BreakerSnapshot } from "./breaker.ts";
export { serveTasks, type RunTask, type ServeOptions, type TaskContext } from "./child.ts";
export type { ChildExit, ChildState, ExitReason } from "./child-exit.ts";
export { type OomWatch, watchOomKills } from "./oom-kills.ts";
export type { PoolEvent, PoolOptions, TaskOptions } from "./options.ts";
export { type Pool, type PoolSnapshot, startPool } from "./pool.ts";
export { PoolError, type PoolErrorCode } from "./pool-error.ts";
export { killGroup } from "./process-group.ts";
export type { ChildSnapshot } from "./supervised-child.ts";

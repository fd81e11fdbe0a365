/** What the pool sends to a child. */
export type PoolMessage =
  | { readonly type: "task"; readonly id: number; readonly task: unknown }
  | { readonly type: "cancel"; readonly id: number }
  | { readonly type: "ping" }
  | { readonly type: "close" };

/** What a child sends to the pool. */
export type ChildMessage = { readonly type: "ready" } | { readonly type: "pong" } | TaskMessage;

/** What a child sends about the task that it was given. */
export type TaskMessage =
  /** The child has taken the task: from here on, its death is the task's concern. */
  | { readonly type: "started"; readonly id: number }
  | { readonly type: "progress"; readonly id: number; readonly progress: unknown }
  | TaskAnswer;

export type TaskAnswer =
  | { readonly type: "done"; readonly id: number; readonly result: unknown; readonly retire: boolean }
  | { readonly type: "failed"; readonly id: number; readonly error: unknown; readonly retire: boolean };

/** Undefined for anything that is no message of the pool. */
export function parsePoolMessage(value: unknown): PoolMessage | undefined {
  if (!isRecord(value)) return undefined;
  const { type, id } = value;
  if (type === "ping" || type === "close") return { type };
  if (!isTaskId(id)) return undefined;
  if (type === "task") return { type, id, task: value["task"] };
  if (type === "cancel") return { type, id };
  return undefined;
}

/** Undefined for anything that is no message of a child. */
export function parseChildMessage(value: unknown): ChildMessage | undefined {
  if (!isRecord(value)) return undefined;
  const { type, id } = value;
  if (type === "ready" || type === "pong") return { type };
  if (!isTaskId(id)) return undefined;
  if (type === "started") return { type, id };
  if (type === "progress") return { type, id, progress: value["progress"] };
  const retire = value["retire"] === true;
  if (type === "done") return { type, id, result: value["result"], retire };
  if (type === "failed") return { type, id, error: value["error"], retire };
  return undefined;
}

function isRecord(value: unknown): value is Record<string, unknown> & { type?: unknown; id?: unknown } {
  return typeof value === "object" && value !== null;
}

function isTaskId(value: unknown): value is number {
  return Number.isSafeInteger(value);
}

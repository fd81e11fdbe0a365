/** What a child of the model does with a task. */
export const BEHAVIOURS = [
  "echo",
  "work",
  "hold",
  "throw",
  "retire",
  "exit",
  "die",
  "hang",
  "block",
  "stop",
  "leak",
  "leak-and-exit",
  "leak-and-hold",
  "say-garbage",
  "say-nonsense",
  "say-ready",
  "answer-all",
  "flood-progress",
  "flood-output",
  "long-line",
] as const;

/** What a child of the model does while it starts; none but `well` becomes ready and stays. */
export const STARTS = [
  "well",
  "exit",
  "block",
  "block-deaf",
  "stop",
  "lie",
  "leak-and-exit",
  "ready-and-exit",
] as const;

export interface Order {
  readonly do: (typeof BEHAVIOURS)[number];
  /** How long until it happens, or how long it lasts, in milliseconds. */
  readonly ms: number;
}

/** The variables that the children are given. */
export const MARK = "MODEL_MARK";
export const START_FILE = "MODEL_START_FILE";

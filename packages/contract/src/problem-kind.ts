/** Who has to act: the composition's author, the caller of the API, or the operator of the service. */
export type ProblemOwner = "composition" | "caller" | "system";

export interface ProblemKind {
  /** HTTP status (RFC 9110). */
  readonly status: number;
  readonly title: string;
  readonly remedy: string;
  /** Whether the same request may succeed later, unchanged. */
  readonly retryable: boolean;
  readonly owner: ProblemOwner;
}

export const caller = (status: number, title: string, remedy: string, retryable = false): ProblemKind => ({
  status,
  title,
  remedy,
  retryable,
  owner: "caller",
});

export const composition = (title: string, remedy: string): ProblemKind => ({
  status: 422,
  title,
  remedy,
  retryable: false,
  owner: "composition",
});

export const system = (status: number, title: string, remedy: string, retryable = true): ProblemKind => ({
  status,
  title,
  remedy,
  retryable,
  owner: "system",
});

import { type Problem, ProblemSchema } from "@framewright/contract";

/** Faults that only a client can see: nothing can be sent, the service was not reached, or its answer cannot be used. */
const LOCAL_FAULTS = {
  "request-invalid": {
    title: "The request cannot be sent",
    remedy: "Give keys and headers in visible ASCII characters, on one line.",
    retryable: false,
    owner: "caller",
  },
  "connection-failed": {
    title: "The service could not be reached",
    remedy: "Check the service's address and that it runs, then retry.",
    retryable: true,
  },
  "request-timeout": {
    title: "The service did not answer in time",
    remedy: "Retry. If it persists, look at /readyz on the service's health port.",
    retryable: true,
  },
  "response-invalid": {
    title: "The service's answer does not fit the contract",
    remedy: "Check that the address is a Framewright service, of the same version as this client.",
    retryable: false,
  },
  "download-corrupt": {
    title: "The downloaded file is not the artifact",
    remedy: "Download it again; nothing was written.",
    retryable: true,
  },
} as const;

type LocalFault = keyof typeof LOCAL_FAULTS;

/** An error of a call: the service's problem, or one made here in the same form. Match it by `code`. */
export class ClientError extends Error {
  override readonly name = "ClientError";
  readonly problem: Problem;
  /** How long the service asks to wait before a retry, in milliseconds. */
  readonly retryAfterMs: number | null;

  constructor(problem: Problem, options: { cause?: unknown; retryAfterMs?: number | null } = {}) {
    super(problem.detail, { cause: options.cause });
    this.problem = problem;
    this.retryAfterMs = options.retryAfterMs ?? null;
  }

  get code(): string {
    return this.problem.code;
  }
}

export function localFault(code: LocalFault, detail: string, cause?: unknown): ClientError {
  const problem: Problem = {
    type: `urn:framewright:problem:${code}`,
    code,
    status: 0,
    detail,
    owner: "system",
    ...LOCAL_FAULTS[code],
  };
  return new ClientError(problem, { cause });
}

function retryAfterOf(response: Response): number | null {
  const value = response.headers.get("retry-after");
  if (value === null) return null;
  const delayMs = /^\d+$/.test(value) ? Number(value) * 1000 : Date.parse(value) - Date.now();
  return Number.isFinite(delayMs) ? Math.max(0, delayMs) : null;
}

/** What a proxy or another program answers instead of a problem. */
function foreignProblem(status: number, text: string): Problem {
  const excerpt = text.trim().slice(0, 200);
  return {
    type: "urn:framewright:problem:unexpected-status",
    code: "unexpected-status",
    title: `The answer was HTTP ${status}`,
    status,
    detail: excerpt === "" ? "The answer has no body." : `It begins: ${excerpt}`,
    remedy: "Check the service's address, and any proxy before it.",
    retryable: status >= 500 || status === 429,
    owner: status >= 500 || status === 429 ? "system" : "caller",
  };
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    // Not JSON is an expected answer here: the caller falls back to the text.
    return undefined;
  }
}

/** Reads the problem of an answer that is not 2xx. */
export async function errorOfResponse(response: Response): Promise<ClientError> {
  const text = await response.text();
  const parsed = ProblemSchema.safeParse(parseJson(text));
  const problem = parsed.success ? parsed.data : foreignProblem(response.status, text);
  return new ClientError(problem, { retryAfterMs: retryAfterOf(response) });
}

import { ProblemError } from "@framewright/contract";

export interface BodyLimits {
  readonly maxBytes: number;
  /** The setting that raises the limit, when there is one. */
  readonly setting?: string;
  /** How long the whole body may take. */
  readonly totalMs: number;
  /** How long the next 16 KiB, or the rest, may take. (Default: 60 s, longer than any pause of a live connection) */
  readonly stallMs?: number;
}

const STALL_MS = 60_000;
/** Counting single bytes as progress would let a client hold a connection for as long as it likes to drip. */
const PROGRESS_BYTES = 16 * 1024;

function tooLarge({ maxBytes, setting }: BodyLimits): ProblemError {
  const raise = setting === undefined ? "" : ` (${setting})`;
  // The rest of the body is not read: the connection cannot carry another request.
  return new ProblemError("body-too-large", `The body exceeds ${maxBytes} bytes${raise}.`, {
    headers: { connection: "close" },
  });
}

function incomplete(detail: string, cause?: unknown): ProblemError {
  return new ProblemError("body-incomplete", detail, { cause, headers: { connection: "close" } });
}

/** What broke the reading off, when it was not one of the limits: the connection. */
function asIncomplete(error: unknown): ProblemError {
  if (error instanceof ProblemError) return error;
  return incomplete("The connection ended before the whole body had arrived.", error);
}

/**
 * Yields a request's body as it arrives, within limits of size and time.
 * Never cancels the stream, which would reset the connection before the caller has read the answer.
 */
export async function* readBody(
  request: Request,
  limits: BodyLimits,
  signal?: AbortSignal,
): AsyncGenerator<Uint8Array, void, undefined> {
  if (Number(request.headers.get("content-length")) > limits.maxBytes) throw tooLarge(limits);
  if (!request.body) return;
  const { stallMs = STALL_MS, totalMs } = limits;
  const stop = new AbortController();
  const stopBy = (reason: unknown) => () => stop.abort(reason);
  const tooSlow = incomplete(`Less than ${PROGRESS_BYTES} bytes of the body arrived within ${stallMs} ms.`);
  const stall = setTimeout(stopBy(tooSlow), stallMs);
  const total = setTimeout(stopBy(incomplete(`The body took longer than ${totalMs} ms.`)), totalMs);
  const stopped = signal ? AbortSignal.any([stop.signal, signal]) : stop.signal;
  const reader: ReadableStreamDefaultReader<Uint8Array> = request.body.getReader();
  // A pending read then rejects; racing it instead would keep every chunk in memory.
  const release = () => reader.releaseLock();
  stopped.addEventListener("abort", release, { once: true });
  try {
    if (stopped.aborted) throw stopped.reason;
    for (let bytes = 0, expected = PROGRESS_BYTES; ;) {
      const { done, value } = await reader.read();
      if (done) return;
      bytes += value.byteLength;
      if (bytes > limits.maxBytes) throw tooLarge(limits);
      yield value;
      if (bytes < expected) continue;
      expected = bytes + PROGRESS_BYTES;
      stall.refresh();
    }
  } catch (error) {
    throw stopped.aborted ? stopped.reason : asIncomplete(error);
  } finally {
    clearTimeout(stall);
    clearTimeout(total);
    stopped.removeEventListener("abort", release);
    release();
  }
}

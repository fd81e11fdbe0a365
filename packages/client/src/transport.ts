import { ClientError, errorOfResponse, localFault } from "./client-error.ts";

export interface HttpRequest {
  readonly method: "GET" | "POST" | "DELETE";
  /** Relative to the service's base URL, without a leading slash. */
  readonly path: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string | FormData;
  /** For an answer with a body of known end: all of it. For a stream: until it begins. */
  readonly timeoutMs: number;
  readonly signal?: AbortSignal | undefined;
}

/** What is needed of a zod schema. */
interface Schema<T> {
  safeParse(value: unknown): { success: true; data: T } | { success: false; error: Error };
}

export interface TransportOptions {
  readonly baseUrl: string;
  readonly fetch: typeof fetch;
  readonly headers: Readonly<Record<string, string>>;
}

/** HTTP with a deadline on every request; each failure is a ClientError, or the reason of the caller's signal. */
export interface Transport {
  json<T>(request: HttpRequest, schema: Schema<T>): Promise<T>;
  /** The body's chunks; a pause of more than `stallMs` between them ends it with `request-timeout`. */
  stream(request: HttpRequest, stallMs: number): AsyncGenerator<Uint8Array, void, void>;
}

function reasonOf(error: unknown): string {
  const cause = error instanceof Error ? (error.cause ?? error) : error;
  if (!(cause instanceof Error)) return String(cause);
  return "code" in cause && typeof cause.code === "string" ? cause.code : cause.message;
}

export function createTransport({ baseUrl, fetch, headers }: TransportOptions): Transport {
  const root = new URL(baseUrl.endsWith("/") ? baseUrl : `${baseUrl}/`);

  /** An aborted request fails with whatever `fetch` makes of it; the signal knows the true reason. */
  function explain(error: unknown, signal: AbortSignal): unknown {
    if (signal.aborted) return signal.reason;
    if (error instanceof ClientError) return error;
    return localFault("connection-failed", `${root.origin} failed: ${reasonOf(error)}.`, error);
  }

  /** Without the error of the platform, which quotes the header: it may hold the API key. */
  function headersOf(request: HttpRequest): Headers {
    try {
      return new Headers({ ...headers, ...request.headers });
    } catch {
      throw localFault(
        "request-invalid",
        "The API key or another header has a character that HTTP does not take.",
      );
    }
  }

  async function send(request: HttpRequest, signal: AbortSignal): Promise<Response> {
    const response = await fetch(new URL(request.path, root), {
      method: request.method,
      headers: headersOf(request),
      ...(request.body !== undefined && { body: request.body }),
      signal,
    });
    if (!response.ok) throw await errorOfResponse(response);
    return response;
  }

  /** Aborts `controller` after a time; returns what disarms it. */
  function deadline(controller: AbortController, timeoutMs: number, path: string): () => void {
    const detail = `No answer to ${path} within ${timeoutMs / 1000} s.`;
    const timer = setTimeout(() => controller.abort(localFault("request-timeout", detail)), timeoutMs);
    return () => clearTimeout(timer);
  }

  async function json<T>(request: HttpRequest, schema: Schema<T>): Promise<T> {
    const controller = new AbortController();
    const signal = join(controller, request.signal);
    const disarm = deadline(controller, request.timeoutMs, request.path);
    try {
      const response = await send(request, signal);
      return parse(await response.text(), schema, request.path);
    } catch (error) {
      throw explain(error, signal);
    } finally {
      disarm();
    }
  }

  async function* stream(request: HttpRequest, stallMs: number): AsyncGenerator<Uint8Array, void, void> {
    const controller = new AbortController();
    const signal = join(controller, request.signal);
    let disarm = deadline(controller, request.timeoutMs, request.path);
    try {
      const response = await send(request, signal);
      const reader = response.body?.getReader();
      for (;;) {
        disarm();
        disarm = deadline(controller, stallMs, request.path);
        const next = await reader?.read();
        // Not while the consumer works: its slowness is not the service's.
        disarm();
        if (next === undefined || next.done) return;
        yield next.value;
      }
    } catch (error) {
      throw explain(error, signal);
    } finally {
      disarm();
      // Frees the connection when the consumer leaves early; after the end it does nothing.
      controller.abort();
    }
  }

  return { json, stream };
}

function join(controller: AbortController, signal: AbortSignal | undefined): AbortSignal {
  return signal ? AbortSignal.any([controller.signal, signal]) : controller.signal;
}

function parse<T>(text: string, schema: Schema<T>, path: string): T {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (cause) {
    throw localFault("response-invalid", `The answer to ${path} is not JSON.`, cause);
  }
  const result = schema.safeParse(value);
  if (result.success) return result.data;
  throw localFault("response-invalid", `The answer to ${path} has another shape.`, result.error);
}

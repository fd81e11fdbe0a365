export interface SseMessage {
  readonly id?: number;
  readonly event?: string;
  readonly data: unknown;
}

export interface SseOptions {
  /** Called when the source fails: the stream then ends, without a word about the error. */
  readonly onError: (error: unknown) => void;
  /** Time between comments that keep the connection open. (Default: 15 s) */
  readonly heartbeatMs?: number;
}

const HEARTBEAT_MS = 15_000;
const HEAD = { "content-type": "text/event-stream", "cache-control": "no-store", "x-accel-buffering": "no" };
const encoder = new TextEncoder();

function encode({ id, event, data }: SseMessage): Uint8Array {
  const lines = [
    ...(id === undefined ? [] : [`id: ${id}`]),
    ...(event === undefined ? [] : [`event: ${event}`]),
    `data: ${JSON.stringify(data)}`,
  ];
  return encoder.encode(`${lines.join("\n")}\n\n`);
}

/** What a stream begins with, for whoever asks for no more than that. */
export function sseHead(): Response {
  return new Response(null, { headers: HEAD });
}

/** Sends messages as server-sent events, as fast as the client reads them, until the source ends. */
export function sseResponse(source: AsyncIterable<SseMessage>, options: SseOptions): Response {
  return new Response(sseStream(source, options), { headers: HEAD });
}

function sseStream(source: AsyncIterable<SseMessage>, options: SseOptions): ReadableStream<Uint8Array> {
  const { onError, heartbeatMs = HEARTBEAT_MS } = options;
  const messages = source[Symbol.asyncIterator]();
  let heartbeat: NodeJS.Timeout | undefined;
  let ended = false;
  const end = () => {
    ended = true;
    clearInterval(heartbeat);
  };
  const next = async () => {
    try {
      return await messages.next();
    } catch (error) {
      if (!ended) onError(error);
      return { done: true, value: undefined } as const;
    }
  };
  return new ReadableStream<Uint8Array>({
    start(controller) {
      const beat = encoder.encode(": heartbeat\n\n");
      heartbeat = setInterval(() => {
        if ((controller.desiredSize ?? 0) > 0) controller.enqueue(beat);
      }, heartbeatMs);
      heartbeat.unref();
    },
    async pull(controller) {
      const { done, value } = await next();
      if (ended) return;
      if (!done) return controller.enqueue(encode(value));
      end();
      controller.close();
    },
    cancel() {
      end();
      // The source listens to the request's signal; this reaches one that waits at a yield.
      messages.return?.().catch(onError);
    },
  });
}

import type { Readable, Writable } from "node:stream";

import { ProblemError } from "@framewright/contract";
import type { ProtocolMapping } from "devtools-protocol/types/protocol-mapping.js";

type Commands = ProtocolMapping.Commands;
type Events = ProtocolMapping.Events;

export type CommandName = keyof Commands;
export type EventName = keyof Events;
export type EventParams<E extends EventName> = Events[E][0];

export interface SendOptions {
  /** Epoch milliseconds after which the call fails with `browser-failed`. */
  readonly deadline: number;
  readonly sessionId?: string | undefined;
}

/** A DevTools connection (https://chromedevtools.github.io/devtools-protocol/). */
export interface Cdp {
  /** Rejects with CallTimeout past the deadline, and with `browser-failed` when the browser refuses or is gone. */
  send<M extends CommandName>(
    method: M,
    params: Commands[M]["paramsType"][0],
    options: SendOptions,
  ): Promise<Commands[M]["returnType"]>;
  on<E extends EventName>(event: E, sessionId: string, listener: (params: EventParams<E>) => void): void;
  /** Fails every call in flight, and all later ones. */
  abort(error: ProblemError): void;
}

/**
 * The pipes of a browser that dies often break before its end is known, and a page that leaves or crashes refuses a
 * command before it tells why: the reason, which explains it better, is waited for.
 */
const REASON_GRACE_MS = 250;

/** A call that got no answer in time: the browser, or the page's main thread, is stuck. */
export class CallTimeout extends Error {
  override readonly name = "CallTimeout";
}

interface Call {
  readonly resolve: (value: never) => void;
  readonly reject: (error: Error) => void;
  readonly timer: NodeJS.Timeout;
}

interface Message {
  readonly id?: number;
  readonly method?: string;
  readonly params?: unknown;
  readonly sessionId?: string;
  readonly result?: unknown;
  readonly error?: { message: string };
}

/** Splits the stream at NUL bytes, which end each message on a DevTools pipe. */
function readMessages(stream: Readable, onMessage: (message: Message) => void): void {
  let parts: Buffer[] = [];
  stream.on("data", (data: Buffer) => {
    let rest = data;
    for (let end = rest.indexOf(0); end !== -1; end = rest.indexOf(0)) {
      parts.push(rest.subarray(0, end));
      onMessage(JSON.parse(Buffer.concat(parts).toString("utf8")) as Message);
      parts = [];
      rest = rest.subarray(end + 1);
    }
    if (rest.length > 0) parts.push(rest);
  });
}

/** Speaks DevTools over the pair of pipes of `--remote-debugging-pipe`. */
export function connectCdp(input: Writable, output: Readable): Cdp {
  const calls = new Map<number, Call>();
  const listeners = new Map<string, ((params: never) => void)[]>();
  let lastId = 0;
  let dead: ProblemError | null = null;

  const take = (id: number): Call | undefined => {
    const call = calls.get(id);
    clearTimeout(call?.timer);
    calls.delete(id);
    return call;
  };
  const abort = (error: ProblemError): void => {
    dead ??= error;
    for (const id of [...calls.keys()]) take(id)?.reject(dead);
  };
  const lost = (cause?: unknown): void => {
    setTimeout(() => {
      abort(new ProblemError("browser-failed", "The connection to the browser was lost.", { cause }));
    }, REASON_GRACE_MS);
  };
  const refused = (call: Call, message: string): void => {
    setTimeout(() => {
      call.reject(dead ?? new ProblemError("browser-failed", `The browser refused a command: ${message}`));
    }, REASON_GRACE_MS);
  };

  // Errors of the pipes mean that the browser is gone: whoever waits is told through `abort`.
  input.on("error", lost);
  output.on("error", lost);
  output.on("close", () => lost());
  readMessages(output, ({ id, method, params, sessionId, result, error }) => {
    if (id !== undefined) {
      const call = take(id);
      if (error && call) refused(call, error.message);
      else call?.resolve(result as never);
      return;
    }
    for (const listener of listeners.get(`${sessionId ?? ""}:${method ?? ""}`) ?? [])
      listener(params as never);
  });

  return {
    abort,
    on: (event, sessionId, listener) => {
      const key = `${sessionId}:${event}`;
      listeners.set(key, [...(listeners.get(key) ?? []), listener]);
    },
    send: (method, params, { deadline, sessionId }) =>
      new Promise((resolve, reject) => {
        if (dead) {
          reject(dead);
          return;
        }
        const id = ++lastId;
        const timer = setTimeout(
          () => take(id)?.reject(new CallTimeout(`${method} got no answer in time`)),
          Math.max(0, deadline - Date.now()),
        );
        calls.set(id, { resolve, reject, timer });
        input.write(`${JSON.stringify({ id, method, params, sessionId })}\0`);
      }),
  };
}

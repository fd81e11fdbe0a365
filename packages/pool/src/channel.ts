import type { Duplex } from "node:stream";

import { createLines } from "./lines.ts";

/** The file descriptor of the channel in the child. */
export const CHANNEL_FD = 3;
/** The longest message to a child. */
const MAX_TASK_CHARS = 8 * 1024 * 1024;
/** The longest message from a child: parsing one of this length takes the pool's loop about 25 ms. */
const MAX_ANSWER_CHARS = 2 * 1024 * 1024;

/** Messages between the pool and a child: one JSON value a line, over a socket pair. */
export interface Channel {
  /** Throws a TypeError when the message is no JSON or too long. A closed channel drops it. */
  send(message: object): void;
  /** Resolves once all that was sent has been handed to the system, or the channel has closed. */
  flush(): Promise<void>;
  close(): void;
}

/** How long messages may be, by whose end of the channel this is. */
const LIMITS = {
  pool: { sendChars: MAX_TASK_CHARS, receiveChars: MAX_ANSWER_CHARS },
  child: { sendChars: MAX_ANSWER_CHARS, receiveChars: MAX_TASK_CHARS },
} as const;

export interface ChannelListener {
  onMessage(message: unknown): void;
  /** The peer sent something that is no message. It is not read any further. */
  onFault(what: string): void;
  /** The peer has closed its end. Called once. */
  onEnd(): void;
}

/**
 * Node's own IPC channel is not used: a malformed line from a child throws an uncaught exception in its parent,
 * and the length of a message has no limit.
 */
export function openChannel(socket: Duplex, end: keyof typeof LIMITS, listener: ChannelListener): Channel {
  const { sendChars, receiveChars } = LIMITS[end];

  function fault(what: string): void {
    if (socket.destroyed) return;
    socket.destroy();
    listener.onFault(what);
  }

  const lines = createLines(
    receiveChars,
    (line) => {
      if (socket.destroyed) return;
      const message = parse(line);
      if (message === undefined) fault(`a line that is no JSON: ${line.slice(0, 80)}`);
      else listener.onMessage(message.value);
    },
    () => fault("a message that is too long"),
  );

  socket.setEncoding("utf8");
  socket.on("data", (text: string) => lines.push(text));
  // The peer's death shows as an error or as the end of the stream; both close the socket.
  socket.on("error", () => socket.destroy());
  socket.once("end", () => socket.destroy());
  socket.once("close", () => listener.onEnd());

  return {
    send(message) {
      const line = encode(message, sendChars);
      if (socket.writable) socket.write(line);
    },
    flush() {
      if (!socket.writable) return Promise.resolve();
      const { promise, resolve } = Promise.withResolvers<void>();
      socket.write("", () => resolve());
      return promise;
    },
    close() {
      socket.destroy();
    },
  };
}

function encode(message: object, maxChars: number): string {
  const line = JSON.stringify(message);
  if (line.length > maxChars) {
    throw new TypeError(`a message of ${line.length} characters exceeds the limit of ${maxChars}`);
  }
  return `${line}\n`;
}

function parse(line: string): { readonly value: unknown } | undefined {
  try {
    return { value: JSON.parse(line) };
  } catch {
    return undefined;
  }
}

import type { ChildProcess } from "node:child_process";
import { Duplex } from "node:stream";

import { type Channel, CHANNEL_FD, openChannel } from "./channel.ts";
import { createIntake } from "./intake.ts";
import { watchOutput } from "./output.ts";

export interface LinkListener {
  onMessage(message: unknown): void;
  /** The child sent something that is no message, or too much. It is not read any further. */
  onFault(what: string): void;
  onLine(line: string): void;
}

/** All that joins the pool to a running child: the channel and its output. */
export interface ChildLink extends Pick<Channel, "send"> {
  stderrTail(): string;
  close(): void;
}

export function openLink({ stdout, stderr, stdio }: ChildProcess, listener: LinkListener): ChildLink {
  const socket = stdio[CHANNEL_FD];
  if (!stdout || !stderr || !(socket instanceof Duplex))
    throw new TypeError("A stream of the child is missing.");
  const streams = [stdout, stderr, socket];
  const close = (): void => {
    for (const stream of streams) stream.destroy();
  };
  const intake = createIntake((what) => {
    close();
    listener.onFault(what);
  });
  const onLine = (line: string): void => {
    if (intake.admit()) listener.onLine(line);
  };

  for (const stream of streams) stream.on("data", (text: string) => intake.take(text));
  const channel = openChannel(socket, "pool", {
    onMessage: (message) => {
      if (intake.admit()) listener.onMessage(message);
    },
    onFault: (what) => listener.onFault(what),
    // Either the child has died, which its exit tells, or it will soon be found silent.
    onEnd: () => undefined,
  });
  watchOutput(stdout, onLine);
  const stderrTail = watchOutput(stderr, onLine);
  return { send: (message) => channel.send(message), stderrTail, close };
}

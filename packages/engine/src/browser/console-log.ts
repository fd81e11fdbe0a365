import type { Cdp } from "./cdp.ts";
import type { Seen, ThrownError } from "./seen.ts";
import { stableText } from "./stable-text.ts";

export interface ConsoleLog {
  /** Takes in what a page, or a part of it that has a session of its own, writes and throws. */
  follow(sessionId: string): void;
  /** The last lines, oldest first. */
  tail(): string[];
  /** Errors that no script of the page caught, the first few, each once. */
  uncaught(): readonly ThrownError[];
}

export interface ConsoleOptions {
  /** When something is seen that is seen now. */
  readonly stamp: () => Seen;
  readonly onLines?: ((lines: readonly string[]) => void) | undefined;
}

const MAX_LINES = 40;
const MAX_LINE_LENGTH = 400;
const MAX_UNCAUGHT = 20;
/** A page may write as much as it likes: what is told of it must not. */
const TELL_INTERVAL_MS = 250;

function shorten(text: string): string {
  return text.length > MAX_LINE_LENGTH ? `${text.slice(0, MAX_LINE_LENGTH - 1)}…` : text;
}

/** The same error, thrown at the same place, is the same fault, whoever called. */
function whereThrown(text: string): string {
  return text.split("\n", 2).join("\n");
}

/** Keeps the end of a page's console, in bounded memory, and tells of it now and then. */
export function openConsoleLog(cdp: Cdp, { stamp, onLines }: ConsoleOptions): ConsoleLog {
  const lines: string[] = [];
  const uncaught = new Map<string, ThrownError>();
  let telling: NodeJS.Timeout | undefined;
  const tell = (): void => {
    telling ??= setTimeout(() => {
      telling = undefined;
      onLines?.([...lines]);
    }, TELL_INTERVAL_MS).unref();
  };
  const add = (line: string): void => {
    lines.push(shorten(line));
    if (lines.length > MAX_LINES) lines.shift();
    if (onLines) tell();
  };
  return {
    follow: (sessionId) => {
      cdp.on("Runtime.consoleAPICalled", sessionId, ({ type, args }) => {
        const text = args.map((arg) => arg.description ?? JSON.stringify(arg.value) ?? arg.type).join(" ");
        add(`${type}: ${text}`);
      });
      cdp.on("Runtime.exceptionThrown", sessionId, ({ exceptionDetails }) => {
        const { exception } = exceptionDetails;
        const text = shorten(stableText(exception?.description ?? exceptionDetails.text));
        add(`uncaught: ${text}`);
        const key = whereThrown(text);
        if (uncaught.size < MAX_UNCAUGHT && !uncaught.has(key)) uncaught.set(key, { text, ...stamp() });
      });
    },
    tail: () => [...lines],
    uncaught: () => [...uncaught.values()],
  };
}

import type { Cdp } from "./cdp.ts";

export interface ConsoleLog {
  /** The last lines, oldest first. */
  tail(): string[];
  /** Errors that no script of the page caught, the first few. */
  uncaught(): readonly string[];
}

const MAX_LINES = 40;
const MAX_LINE_LENGTH = 400;
const MAX_UNCAUGHT = 10;
/** A page may write as much as it likes: what is told of it must not. */
const TELL_INTERVAL_MS = 250;

function shorten(text: string): string {
  return text.length > MAX_LINE_LENGTH ? `${text.slice(0, MAX_LINE_LENGTH - 1)}…` : text;
}

/** Keeps the end of a page's console, in bounded memory, and tells of it now and then. */
export function followConsole(
  cdp: Cdp,
  sessionId: string,
  onLines?: (lines: readonly string[]) => void,
): ConsoleLog {
  const lines: string[] = [];
  const uncaught: string[] = [];
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
  cdp.on("Runtime.consoleAPICalled", sessionId, ({ type, args }) => {
    const text = args.map((arg) => arg.description ?? JSON.stringify(arg.value) ?? arg.type).join(" ");
    add(`${type}: ${text}`);
  });
  cdp.on("Runtime.exceptionThrown", sessionId, ({ exceptionDetails }) => {
    const text = exceptionDetails.exception?.description ?? exceptionDetails.text;
    add(`uncaught: ${text}`);
    if (uncaught.length < MAX_UNCAUGHT) uncaught.push(shorten(text));
  });
  return { tail: () => [...lines], uncaught: () => uncaught };
}

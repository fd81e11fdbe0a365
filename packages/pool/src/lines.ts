/** Cuts a stream of text into lines, and never holds more than one bounded line. */
export interface Lines {
  push(text: string): void;
  /** Hands out an unfinished last line. */
  end(): void;
}

/** Of a line longer than `maxChars` only the start is kept, and `onCut` is called as soon as that is known. */
export function createLines(maxChars: number, onLine: (line: string) => void, onCut?: () => void): Lines {
  let line = "";
  let isCut = false;

  function take(part: string): void {
    const room = maxChars - line.length;
    line += part.slice(0, room);
    if (part.length <= room || isCut) return;
    isCut = true;
    onCut?.();
  }

  function flush(): void {
    const whole = line;
    line = "";
    isCut = false;
    onLine(whole);
  }

  return {
    push(text) {
      let from = 0;
      for (let at = text.indexOf("\n"); at !== -1; at = text.indexOf("\n", from)) {
        take(text.slice(from, at));
        flush();
        from = at + 1;
      }
      take(text.slice(from));
    },
    end() {
      if (line !== "") flush();
    },
  };
}

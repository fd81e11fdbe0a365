/** The line that tells the service to block its main loop for so many milliseconds. */
export function blockOrder(durationMs: number): string {
  return `block ${durationMs}\n`;
}

/** The milliseconds that a line asks for; 0 for any other line. */
export function parseBlock(line: string): number {
  return Number(/^block (\d{1,6})$/.exec(line)?.[1] ?? 0);
}

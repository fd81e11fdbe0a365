/** A frame rate as an exact ratio: 30000/1001 stays 30000/1001. */
export interface Fps {
  readonly num: number;
  readonly den: number;
}

export const MIN_FPS = 1;
export const MAX_FPS = 240;

function gcd(a: number, b: number): number {
  return b === 0 ? a : gcd(b, a % b);
}

/** Reads an integer or "num/den". Returns null when it is neither; the range is checked by `isFpsInRange`. */
export function parseFps(value: number | string): Fps | null {
  const match = /^(\d{1,7})(?:\/(\d{1,7}))?$/.exec(String(value));
  if (!match) return null;
  const num = Number(match[1]);
  const den = Number(match[2] ?? 1);
  if (den === 0) return null;
  const divisor = gcd(num, den) || 1;
  return { num: num / divisor, den: den / divisor };
}

export function isFpsInRange({ num, den }: Fps): boolean {
  return num >= MIN_FPS * den && num <= MAX_FPS * den;
}

/** "30" or "30000/1001". */
export function formatFps({ num, den }: Fps): string {
  return den === 1 ? String(num) : `${num}/${den}`;
}

/** The time of a frame's start, in milliseconds from the start of the composition. */
export function frameTimeMs(frame: number, { num, den }: Fps): number {
  return (frame * 1000 * den) / num;
}

/** How long a number of frames lasts, in seconds. */
export function framesToSeconds(frames: number, { num, den }: Fps): number {
  return (frames * den) / num;
}

/** Rates that are written as decimals, and the ratios that are meant. */
const DECIMAL_RATES: Readonly<Record<string, string>> = {
  "23.976": "24000/1001",
  "23.98": "24000/1001",
  "29.97": "30000/1001",
  "47.952": "48000/1001",
  "47.95": "48000/1001",
  "59.94": "60000/1001",
  "119.88": "120000/1001",
};

/** What is expected in place of a value that is no frame rate, with the rate that was probably meant. */
export function explainFps(value: unknown): string {
  const expected = 'must be an integer or a ratio like "30000/1001"';
  const [, number = ""] = /^\s*(\d+(?:\.\d+)?)\s*(?:fps|hz)?\s*$/i.exec(String(value)) ?? [];
  const ratio = DECIMAL_RATES[String(Number(number))];
  if (ratio !== undefined) return `${expected}; ${number} is "${ratio}"`;
  return number !== "" && Number.isInteger(Number(number))
    ? `${expected}; write ${Number(number)}`
    : expected;
}

import type { Check } from "@framewright/contract";

/** A check of seconds that may be off by what a file cannot tell. */
export function checkSeconds(name: string, expected: number, actual: number, tolerance: number): Check {
  const said = (seconds: number): string => `${seconds.toFixed(3)} s`;
  const passed = Math.abs(expected - actual) <= tolerance || said(expected) === said(actual);
  return { name, expected: said(expected), actual: said(actual), passed };
}

/** A check that is passed by what it expects alone. */
export function check(name: string, expected: string | number, actual: string | number): Check {
  return {
    name,
    expected: String(expected),
    actual: String(actual),
    passed: String(expected) === String(actual),
  };
}

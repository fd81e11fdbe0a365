import type { Check } from "@framewright/contract";

/** A check that is passed by what it expects alone. */
export function check(name: string, expected: string | number, actual: string | number): Check {
  return {
    name,
    expected: String(expected),
    actual: String(actual),
    passed: String(expected) === String(actual),
  };
}

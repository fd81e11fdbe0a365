export interface Change {
  /** Text that occurs exactly once in the file. */
  readonly find: string;
  readonly replace: string;
}

/** A change that takes a safeguard out of the code, and the tests that must notice. */
export interface Mutant extends Change {
  /** What the change does, e.g. "frees the place before the exit". */
  readonly name: string;
  /** The file that is changed, from the repository's root. */
  readonly file: string;
  /** A second change, where either of two safeguards does. */
  readonly and?: Change;
  /** Arguments for vitest that choose the tests. */
  readonly tests: readonly string[];
}

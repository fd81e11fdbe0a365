/** Why something of a package cannot be served. */
export type LibraryFaultCode =
  | "library-off"
  | "library-not-on-shelf"
  | "library-unknown-url"
  | "library-unknown-package"
  | "library-unknown-version"
  | "library-unknown-file"
  | "library-registry-unreachable"
  | "library-integrity"
  | "library-too-large"
  | "library-unusable";

/** Says in plain words what cannot be served, and what mends it. */
export class LibraryFault extends Error {
  override readonly name = "LibraryFault";
  readonly code: LibraryFaultCode;
  readonly remedy: string;

  constructor(code: LibraryFaultCode, message: string, remedy: string, options?: ErrorOptions) {
    super(message, options);
    this.code = code;
    this.remedy = remedy;
  }
}

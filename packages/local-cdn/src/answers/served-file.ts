import type { LibraryFault } from "../library-fault.ts";
import type { PackageFiles } from "../packages/package-files.ts";

/** What is made in answer to a URL. */
export interface Made {
  readonly bytes: Buffer;
  /** A file's name, whose ending tells the type. */
  readonly filename: string;
  /** The packages that it is made of, the main one first. */
  readonly packages: readonly PackageFiles[];
  /** What is left out of it, or not as it was asked for. */
  readonly lacks?: readonly LibraryFault[];
}

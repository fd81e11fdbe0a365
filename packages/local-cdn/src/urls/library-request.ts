/** A package as a URL names it. */
export interface PackageSpec {
  readonly name: string;
  /** A version, a range or a tag as npm has them; "*" where the URL names none. */
  readonly range: string;
}

/** A file of a package. */
export interface FileRequest extends PackageSpec {
  readonly kind: "file";
  /** Below the package's folder; "" for the file that the package names as its own. */
  readonly path: string;
  /** Which of a package's own fields name that file, the first that is there. */
  readonly mainFields: readonly string[];
  /** Whether folders that a package is usually built into are looked through for the path. */
  readonly isLoose: boolean;
  /** Other names under which the package may be known. */
  readonly aliases: readonly string[];
}

/** A package, or a part of it, as one ES module whose dependencies are modules of the same host. */
export interface ModuleRequest extends PackageSpec {
  readonly kind: "module";
  /** As in an import: "" for the package itself, else "client" or "build/x.js". */
  readonly subpath: string;
  /** Whether the URL is the one that all others of the same module lead to. */
  readonly isCanonical: boolean;
  /** Versions that dependencies are to have, by name. */
  readonly pinned: Readonly<Record<string, string>>;
  /** Imports that stay as they are, for the page's import map; "*" for all. */
  readonly external: readonly string[];
  /** The address of a module of this host with an exact version. */
  readonly address: (name: string, version: string, subpath: string) => string;
}

/** Several files, one after the other. */
export interface CombinedRequest {
  readonly kind: "combined";
  readonly parts: readonly FileRequest[];
}

export interface FontFace {
  readonly isItalic: boolean;
  /** Weights as asked for: one, or from and to. */
  readonly weight: readonly [number, number];
  /** Further axes with from and to: `opsz`, `wdth`, `FILL`. */
  readonly axes: Readonly<Record<string, readonly [number, number]>>;
}

export interface FontFamily {
  readonly family: string;
  readonly faces: readonly FontFace[];
}

/** A style sheet of Google Fonts. */
export interface FontSheetRequest {
  readonly kind: "font-sheet";
  readonly families: readonly FontFamily[];
  readonly display: string | null;
  /** The only characters that are wanted. */
  readonly text: string | null;
}

/** A host that is answered here was asked for something that is no part of a package. */
export interface UnknownRequest {
  readonly kind: "unknown";
  readonly remedy: string;
}

export type LibraryRequest =
  | FileRequest
  | ModuleRequest
  | CombinedRequest
  | FontSheetRequest
  | UnknownRequest;

/** Reads the part of a host's URLs that names what is wanted. */
export type UrlReader = (url: URL) => LibraryRequest;

export const unknown = (remedy = "Ship the file with the project."): UnknownRequest => ({
  kind: "unknown",
  remedy,
});

export { keptFile } from "./kept-files.ts";
export { type Libraries, type LibraryAnswer, type LibraryMode, openLibraries } from "./libraries.ts";
export { formatLockfile, type Locked, LOCKFILE, readLockfile } from "./lockfile.ts";
export type { NpmSettings } from "./npm-settings.ts";
export type { LibraryReport, RefusedLibrary } from "./record.ts";

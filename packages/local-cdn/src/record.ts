import type { Library, Warning } from "@framewright/contract";

import type { LibraryFault } from "./library-fault.ts";
import type { FoundPackage } from "./packages/find-package.ts";

/** A request that got nothing. */
export interface RefusedLibrary extends Warning {
  readonly url: string;
  readonly isScript: boolean;
  /** Whether the plan has told of it. */
  readonly isKnown: boolean;
}

/** What a page was served and refused. Plain data. */
export interface LibraryReport {
  readonly served: readonly Library[];
  readonly refused: readonly RefusedLibrary[];
  /** What was served, but not quite as it was asked for. */
  readonly notes: readonly Warning[];
}

export interface LibraryRecord {
  addServed(library: Library): void;
  addRefusal(url: string, fault: LibraryFault): void;
  noteScript(url: string): void;
  noteStandIn(url: string, found: FoundPackage): void;
  noteLack(url: string, fault: LibraryFault): void;
  report(): LibraryReport;
}

/** Keeps what happens; what a plan has told of is given. */
export function openRecord(known: ReadonlySet<string>): LibraryRecord {
  const served = new Map<string, Library>();
  const refused = new Map<string, LibraryFault>();
  const scripts = new Set<string>();
  const notes: Warning[] = [];
  return {
    addServed: (library) => void served.set(library.url, library),
    addRefusal: (url, fault) => void refused.set(url, fault),
    noteScript: (url) => void scripts.add(url),
    noteStandIn(url, { files, standsInFor }) {
      if (standsInFor === null) return;
      notes.push({
        code: "library-substituted",
        message: `For ${url}, ${files.name} ${files.version} stands in: ${standsInFor.message}`,
        remedy: `Ask for ${files.version}, or mend this: ${standsInFor.remedy}`,
      });
    },
    noteLack(url, { code, message, remedy }) {
      notes.push({ code, message: `Of ${url}: ${message}`, remedy });
    },
    report: () => ({
      served: [...served.values()].toSorted((a, b) => (a.url < b.url ? -1 : 1)),
      refused: [...refused].map(([url, { code, message, remedy }]) => ({
        url,
        code,
        message: `The page asked for ${url}, which is not served: ${message}`,
        remedy,
        isScript: scripts.has(url),
        isKnown: known.has(url),
      })),
      notes,
    }),
  };
}

import { readFile } from "node:fs/promises";
import { join, normalize } from "node:path";

import type { Library, LibrarySource } from "@framewright/contract";
import { stop } from "esbuild";

import type { Made } from "./answers/served-file.ts";
import { ifThere } from "./if-there.ts";
import { integrityOf } from "./integrity.ts";
import { keep, readKept, sweepKept } from "./kept-files.ts";
import { LibraryFault } from "./library-fault.ts";
import { type Locked, readLockfile } from "./lockfile.ts";
import { type Answered, makeAnswer } from "./make-answer.ts";
import type { NpmSettings } from "./npm-settings.ts";
import type { PackageSources } from "./packages/find-package.ts";
import { openPackageCache } from "./packages/package-cache.ts";
import { openRegistry } from "./packages/registry.ts";
import { openShelf } from "./packages/shelf.ts";
import { exactVersion, fits } from "./packages/versions.ts";
import { openRecord, type LibraryRecord } from "./record.ts";
import { isLibraryHost, readUrl } from "./urls/read-url.ts";
import type { LibraryRequest } from "./urls/library-request.ts";

/** Where libraries may come from: also the registry, the project and the shelf, or the project alone. */
export type LibraryMode = "registry" | "shelf" | "off";

export interface LibrariesOptions {
  readonly mode: LibraryMode;
  /** The project's folder. */
  readonly projectDir: string;
  /** A folder that all processes of this machine may share. */
  readonly cacheDir: string;
  readonly npm: NpmSettings;
  /** What a plan found: these URLs get these bytes. */
  readonly locked: readonly Library[];
  /** URLs that a plan did not get. */
  readonly missing: readonly string[];
  readonly signal: AbortSignal;
}

export type LibraryAnswer =
  | { readonly ok: true; readonly bytes: Buffer; readonly filename: string }
  | { readonly ok: false; readonly status: 404 | 502; readonly reason: string };

/** What a page asks CDNs for, answered from packages. */
export interface Libraries {
  /** Whether a host is answered here. */
  serves(host: string): boolean;
  /** Answers a request. The same URL gets the same answer for as long as this is open. */
  resolve(request: { readonly url: URL; readonly isScript: boolean }): Promise<LibraryAnswer>;
  readonly record: LibraryRecord;
  /** Ends what was started to make modules. */
  close(): Promise<void>;
}

/** However much a page asks for. */
const MAX_URLS = 500;
const MAX_BYTES = 256 * 2 ** 20;

let swept: Promise<void> | undefined;

/** Opens what may be served to one page. @throws ProblemError `lockfile-invalid` */
export async function openLibraries(options: LibrariesOptions): Promise<Libraries> {
  const { projectDir, cacheDir, mode, signal } = options;
  swept ??= sweepKept(cacheDir).catch(() => undefined);
  const own = await readLockfile(projectDir);
  const sources: PackageSources = {
    projectDir,
    shelf: mode === "off" ? [] : await openShelf(),
    mode,
    registry:
      mode === "registry"
        ? { registry: openRegistry(options.npm, signal), cache: openPackageCache(cacheDir) }
        : null,
  };
  const session = new Session(options, sources, own);
  return {
    serves: isLibraryHost,
    resolve: (request) => session.resolve(request),
    record: session.record,
    close: stop,
  };
}

class Session {
  readonly record: LibraryRecord;
  readonly #options: LibrariesOptions;
  readonly #sources: PackageSources;
  readonly #locked: ReadonlyMap<string, Locked>;
  readonly #files: ReadonlyMap<string, string>;
  readonly #missing: ReadonlySet<string>;
  readonly #answers = new Map<string, Promise<LibraryAnswer>>();
  /** Versions by package that the page has or has asked for. */
  readonly #inUse = new Map<string, Set<string>>();
  #bytes = 0;

  constructor(options: LibrariesOptions, sources: PackageSources, own: readonly Locked[]) {
    this.#options = options;
    this.#sources = sources;
    this.#locked = new Map([...own, ...options.locked].map((entry) => [entry.url, entry]));
    this.#files = new Map(own.flatMap(({ url, file }) => (file === undefined ? [] : [[url, file]])));
    this.#missing = new Set(options.missing);
    this.record = openRecord(this.#missing);
    for (const { package: name, version, also = [] } of this.#locked.values())
      for (const each of [{ package: name, version }, ...also]) this.#use(each.package, each.version);
  }

  #use(name: string, version: string): void {
    this.#inUse.set(name, (this.#inUse.get(name) ?? new Set()).add(version));
  }

  resolve({ url, isScript }: { url: URL; isScript: boolean }): Promise<LibraryAnswer> {
    const key = keyOf(url);
    if (isScript) this.record.noteScript(key);
    const answer = this.#answers.get(key) ?? this.#answer(key);
    this.#answers.set(key, answer);
    return answer;
  }

  async #answer(key: string): Promise<LibraryAnswer> {
    try {
      if (this.#answers.size > MAX_URLS || this.#bytes > MAX_BYTES) throw tooMuch();
      const { bytes, filename } = this.#missing.has(key) ? wasMissing() : await this.#find(key);
      this.#bytes += bytes.length;
      return { ok: true, bytes, filename };
    } catch (error) {
      this.#options.signal.throwIfAborted();
      const fault = error instanceof LibraryFault ? error : broken(error);
      this.record.addRefusal(key, fault);
      const status = fault.code === "library-registry-unreachable" ? 502 : 404;
      return { ok: false, status, reason: fault.message };
    }
  }

  async #find(key: string): Promise<Pick<Made, "bytes" | "filename">> {
    const { cacheDir } = this.#options;
    const locked = this.#locked.get(key);
    const request = this.#pinned(readUrl(new URL(key)), locked);
    const kept = locked && (await this.#keptBytes(key, locked));
    if (locked && kept) {
      this.record.addServed(withoutFile(locked));
      return { bytes: kept, filename: filenameOf(key, request) };
    }
    const { made, standIns } = await makeAnswer(request, {
      sources: this.#sources,
      inUse: (name) => [...(this.#inUse.get(name) ?? [])],
    });
    if (locked && integrityOf(made.bytes) !== locked.integrity) throw notLocked(locked);
    const served = locked ? withoutFile(locked) : describe(key, made, await keep(cacheDir, made.bytes));
    if (locked) await keep(cacheDir, made.bytes);
    this.#noteServed(key, served, { made, standIns });
    return made;
  }

  #noteServed(key: string, served: Library, { made, standIns }: Answered): void {
    this.record.addServed(served);
    for (const { name, version } of made.packages) this.#use(name, version);
    for (const found of standIns) this.record.noteStandIn(key, found);
    for (const fault of made.lacks ?? []) this.record.noteLack(key, fault);
  }

  /** Bytes that a lockfile names: from the project, or as they were served before. */
  async #keptBytes(key: string, { integrity }: Locked): Promise<Buffer | null> {
    const file = this.#files.get(key);
    const own = file === undefined ? null : await readInside(this.#options.projectDir, file);
    if (own !== null && integrityOf(own) === integrity) {
      await keep(this.#options.cacheDir, own);
      return own;
    }
    return readKept(this.#options.cacheDir, integrity);
  }

  /** A range gets the version that the lockfile has for it, and each exact version that is asked for is one in use. */
  #pinned(request: LibraryRequest, locked: Locked | undefined): LibraryRequest {
    if (request.kind !== "file" && request.kind !== "module") return request;
    const { name, range } = request;
    const exact = exactVersion(range);
    if (exact !== null) {
      this.#use(name, exact);
      return request;
    }
    const lockedVersions = [...this.#locked.values()]
      .filter((entry) => entry.package === name && fits(entry.version, range))
      .map(({ version }) => version);
    const version = locked?.package === name ? locked.version : lockedVersions[0];
    return version === undefined ? request : { ...request, range: version };
  }
}

/** Http and https are the same address, and what follows `#` stays in the page. */
function keyOf(url: URL): string {
  const plain = new URL(url);
  plain.protocol = "https:";
  plain.hash = "";
  return plain.href;
}

/** The type of what was kept follows from the URL: no file's name was. */
function filenameOf(key: string, request: LibraryRequest): string {
  if (request.kind === "module") return "module.js";
  if (request.kind === "font-sheet") return "fonts.css";
  const path = request.kind === "combined" ? (request.parts[0]?.path ?? "") : new URL(key).pathname;
  return /\.[a-z0-9]+$/i.test(path) && !/@[^/]*$/.test(path) ? path : "library.js";
}

async function readInside(dir: string, file: string): Promise<Buffer | null> {
  const path = normalize(file);
  if (path.startsWith("..") || path.startsWith("/")) return null;
  return ifThere(readFile(join(dir, path)));
}

function describe(url: string, { packages }: Made, integrity: string): Library {
  const [first, ...others] = packages.map(({ name, version }) => ({ package: name, version }));
  if (first === undefined) throw new Error("Something was made of no package.");
  const order: readonly LibrarySource[] = ["registry", "shelf", "project"];
  const from = order.find((source) => packages.some((each) => each.from === source)) ?? "registry";
  return { url, ...first, ...(others.length > 0 && { also: others }), integrity, from };
}

function withoutFile({ file: _file, ...library }: Locked): Library {
  return library;
}

const wasMissing = (): never => {
  throw new LibraryFault(
    "library-unknown-url",
    "It was not to be had when the render was planned.",
    "Render again.",
  );
};

function notLocked({ package: name, version }: Locked): LibraryFault {
  return new LibraryFault(
    "library-integrity",
    `What is at hand of ${name}@${version} is not what the lockfile has: the integrity differs.`,
    "Vendor the project where it was locked (`framewright vendor`), or remove the entry from framewright.lock.json.",
  );
}

function tooMuch(): LibraryFault {
  const message = `A page is served ${MAX_URLS} URLs of CDNs, and ${MAX_BYTES} bytes, at most.`;
  return new LibraryFault("library-too-large", message, "Ship the files with the project.");
}

function broken(cause: unknown): LibraryFault {
  const message = "What it asks for could not be made of its package.";
  return new LibraryFault("library-unusable", message, "Ship the file with the project.", { cause });
}

import { join } from "node:path";
import type { Readable } from "node:stream";
import { pipeline } from "node:stream/promises";

import { ProblemError, type RenderOptions, RenderOptionsSchema } from "@framewright/contract";
import busboy from "busboy";

import { readBody } from "../http/body.ts";
import { parseJson } from "../http/json-body.ts";
import { checkOptions } from "./check-options.ts";
import { storeUpload, type StoredUpload } from "./upload-file.ts";

export interface Upload {
  readonly options: RenderOptions;
  readonly archive: StoredUpload;
}

/** Room for the largest variables, with every character escaped. */
const MAX_REQUEST_BYTES = 2 * 1024 * 1024;
/** One hour: a gigabyte at 300 kB/s. */
const TOTAL_MS = 3_600_000;
/** One more than is allowed, so that a third part is refused by its name. */
const MAX_PARTS = 3;

const malformed = (detail: string, cause?: unknown) => new ProblemError("invalid-request", detail, { cause });

function openParser(request: Request): busboy.Busboy {
  try {
    return busboy({
      headers: { "content-type": request.headers.get("content-type") ?? "" },
      defParamCharset: "utf8",
      limits: { parts: MAX_PARTS, fieldSize: MAX_REQUEST_BYTES, fieldNameSize: 100, headerPairs: 20 },
    });
  } catch (error) {
    throw malformed("The multipart body has no boundary.", error);
  }
}

/** What broke a part off: a fault of our disk carries a system error's number, one of the body does not. */
function explain(error: unknown): unknown {
  if (error instanceof ProblemError || (error instanceof Error && "errno" in error)) return error;
  return malformed("The multipart body is malformed.", error);
}

async function collect(part: Readable): Promise<Uint8Array> {
  const chunks: Uint8Array[] = [];
  let bytes = 0;
  for await (const chunk of part as AsyncIterable<Uint8Array>) {
    bytes += chunk.byteLength;
    if (bytes > MAX_REQUEST_BYTES) throw requestTooLarge();
    chunks.push(chunk);
  }
  return Buffer.concat(chunks);
}

function requestTooLarge(): ProblemError {
  return new ProblemError("body-too-large", `The part \`request\` exceeds ${MAX_REQUEST_BYTES} bytes.`);
}

function readOptions(json: Uint8Array): RenderOptions {
  const options = parseJson(json, RenderOptionsSchema);
  checkOptions(options);
  return options;
}

/** What has arrived so far. Each part may come once, in any order. */
class Parts {
  readonly #dir: string;
  readonly #seen = new Set<string>();
  readonly #pending: Promise<void>[] = [];
  readonly #abort: AbortController;
  options: RenderOptions | undefined;
  archive: StoredUpload | undefined;

  constructor(dir: string, abort: AbortController) {
    this.#dir = dir;
    this.#abort = abort;
  }

  refuse = (error: unknown): void => this.#abort.abort(error);

  file = (name: string, part: Readable): void => {
    // Also a part that nobody reads may break off.
    part.on("error", (error) => this.refuse(explain(error)));
    const taken = this.#takeFile(name, part).catch((error: unknown) => {
      this.refuse(explain(error));
      part.resume();
    });
    this.#pending.push(taken);
  };

  field = (name: string, value: string, { valueTruncated }: busboy.FieldInfo): void => {
    try {
      this.#claim(name);
      if (name === "project") throw malformed("The part `project` must be a file: give it a filename.");
      if (valueTruncated) throw requestTooLarge();
      this.options = readOptions(Buffer.from(value));
    } catch (error) {
      this.refuse(error);
    }
  };

  /** Resolves once every part that began has been taken or refused. */
  async settled(): Promise<void> {
    await Promise.all(this.#pending);
  }

  async #takeFile(name: string, part: Readable): Promise<void> {
    this.#claim(name);
    if (name === "request") this.options = readOptions(await collect(part));
    else this.archive = await storeUpload(part, join(this.#dir, "upload"));
  }

  #claim(name: string): void {
    if (name !== "request" && name !== "project") {
      throw malformed(`There is a part \`${name}\`: only \`request\` and \`project\` are taken.`);
    }
    if (this.#seen.has(name)) throw malformed(`The part \`${name}\` came twice.`);
    this.#seen.add(name);
  }
}

/** Receives a multipart upload: the options as JSON in `request`, the archive in `project`, written to `dir`. */
export async function receiveUpload(request: Request, dir: string, maxBytes: number): Promise<Upload> {
  const abort = new AbortController();
  const parts = new Parts(dir, abort);
  const parser = openParser(request)
    .on("file", parts.file)
    .on("field", parts.field)
    .on("partsLimit", () => parts.refuse(malformed("The body has too many parts.")));
  const limits = { maxBytes, setting: "PRODUCER_MAX_UPLOAD_BYTES", totalMs: TOTAL_MS };
  try {
    await pipeline(readBody(request, limits, abort.signal), parser);
  } catch (error) {
    parser.destroy();
    await parts.settled();
    if (abort.signal.aborted) throw abort.signal.reason;
    throw explain(error);
  }
  await parts.settled();
  abort.signal.throwIfAborted();
  return requireParts(parts);
}

function requireParts({ options, archive }: Parts): Upload {
  if (!options) throw malformed("The part `request` is missing: a JSON object with the render's options.");
  if (!archive) throw malformed("The part `project` is missing: a .tar.gz or .zip file.");
  return { options, archive };
}

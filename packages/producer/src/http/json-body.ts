import { ProblemError } from "@framewright/contract";
import type { z } from "zod";

import { readBody } from "./body.ts";
import { invalidRequest } from "./invalid-request.ts";

/** Holds the largest inline composition with every character escaped, and its variables. */
const MAX_JSON_BYTES = 8 * 1024 * 1024;
const JSON_TOTAL_MS = 120_000;

/** Parses bytes as strict UTF-8 JSON and checks them against a schema. */
export function parseJson<S extends z.ZodType>(bytes: Uint8Array, schema: S): z.infer<S> {
  const parsed = schema.safeParse(decode(bytes));
  if (!parsed.success) throw invalidRequest(parsed.error);
  return parsed.data;
}

function decode(bytes: Uint8Array): unknown {
  if (bytes.byteLength === 0) throw new ProblemError("invalid-json", "The body is empty.");
  try {
    return JSON.parse(new TextDecoder("utf-8", { fatal: true }).decode(bytes));
  } catch (error) {
    const why = error instanceof SyntaxError ? error.message : "it is not UTF-8";
    throw new ProblemError("invalid-json", `The body cannot be read as JSON: ${why}`, { cause: error });
  }
}

/** Reads a JSON body of at most 8 MiB, counted as it arrives. */
export async function readJson<S extends z.ZodType>(request: Request, schema: S): Promise<z.infer<S>> {
  const chunks: Uint8Array[] = [];
  const limits = { maxBytes: MAX_JSON_BYTES, totalMs: JSON_TOTAL_MS };
  for await (const chunk of readBody(request, limits)) chunks.push(chunk);
  return parseJson(Buffer.concat(chunks), schema);
}

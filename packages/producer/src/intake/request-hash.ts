import { createHash } from "node:crypto";

function sortKeys(_key: string, value: unknown): unknown {
  if (typeof value !== "object" || value === null || Array.isArray(value)) return value;
  return Object.fromEntries(Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1)));
}

/** SHA-256 of what a request asks for, whatever the order and spacing of its fields. */
export function hashRequest(request: Readonly<Record<string, unknown>>): string {
  return createHash("sha256").update(JSON.stringify(request, sortKeys)).digest("hex");
}

import { createHash } from "node:crypto";

/** What a worker is given to do. The version of these payloads is part of the queues' names. */
export type Work =
  | { readonly kind: "plan"; readonly renderId: string }
  | { readonly kind: "chunk"; readonly renderId: string; readonly index: number; readonly round: number }
  | { readonly kind: "sound"; readonly renderId: string; readonly index: number; readonly round: number }
  | { readonly kind: "assemble"; readonly renderId: string; readonly round: number }
  | { readonly kind: "plan-alone"; readonly planId: string };

/** Work as it is put into a tenant's queue. */
export interface NewWork {
  readonly work: Work;
  /** Higher first. */
  readonly priority: number;
  readonly deadline: Date;
}

/** An older service leaves the queues of a newer one alone. */
const VERSION = "v1";
export const LINES = ["renders", "plans"] as const;
/** Renders and plans without a render wait in lines of their own, so that neither keeps the other from going on. */
export type Line = (typeof LINES)[number];

export function queueName(line: Line, tenant: string): string {
  return `${line}.${VERSION}/${tenant}`;
}

export function lineOf({ kind }: Work): Line {
  return kind === "plan-alone" ? "plans" : "renders";
}

/** The queues that every tenant has. */
export function queuesOf(tenant: string): string[] {
  return LINES.map((line) => queueName(line, tenant));
}

/** Whether a queue is one of a line. */
export function isOfLine(queue: string, line: Line): boolean {
  return queue.startsWith(queueName(line, ""));
}

export function tenantOf(queue: string): string {
  return queue.slice(queue.indexOf("/") + 1);
}

/** A pattern for LIKE that fits the queues of a line. */
export function queuesLike(line: Line): string {
  return queueName(line, "%");
}

/** What work is for: a render, or a plan without one. */
export function purposeOf(work: Work): string {
  return work.kind === "plan-alone" ? work.planId : work.renderId;
}

function nameOf(work: Work): string {
  switch (work.kind) {
    case "plan":
      return `plan:${work.renderId}`;
    case "chunk":
      return `chunk:${work.renderId}:${work.index}:${work.round}`;
    case "sound":
      return `sound:${work.renderId}:${work.index}:${work.round}`;
    case "assemble":
      return `assemble:${work.renderId}:${work.round}`;
    case "plan-alone":
      return `plan-alone:${work.planId}`;
  }
}

/** The same work always has the same id, so that it is in the queue once: a UUID of version 8 (RFC 9562). */
export function workId(work: Work): string {
  const hex = createHash("sha256").update(nameOf(work)).digest("hex");
  const variant = "89ab"[Number.parseInt(hex[16] ?? "0", 16) % 4];
  return [
    hex.slice(0, 8),
    hex.slice(8, 12),
    `8${hex.slice(13, 16)}`,
    `${variant}${hex.slice(17, 20)}`,
    hex.slice(20, 32),
  ].join("-");
}

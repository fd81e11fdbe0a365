import { createHash } from "node:crypto";

import type { Chunk } from "@framewright/contract";
import { captureOf } from "@framewright/engine";

import { VERSION } from "../../version.ts";
import type { Planned } from "../../plan/plan.ts";
import { pictureOf } from "../picture.ts";
import type { RenderRow } from "../render-row.ts";
import type { WorkSettings } from "../settings.ts";

/** An object's entries in the order of their names, at every depth, so that equal values have equal texts. */
function sorted(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(sorted);
  if (typeof value !== "object" || value === null) return value;
  const entries = Object.entries(value).toSorted(([a], [b]) => (a < b ? -1 : 1));
  return Object.fromEntries(entries.map(([key, each]) => [key, sorted(each)]));
}

/**
 * The address of a chunk's content: the composition's files, the libraries that the page is served, the frames, all that
 * the picture depends on, and the programs that make it. SHA-256, in hex. What a page loads from elsewhere may change: its chunks are its render's own.
 */
export function chunkHash(
  row: Pick<RenderRow, "id" | "options" | "snapshot">,
  { plan, page }: Planned,
  { startFrame, endFrame }: Chunk,
  { tools }: Pick<WorkSettings, "tools">,
): string {
  const { options, snapshot } = row;
  const picture = pictureOf(options, plan, page);
  const content = {
    producer: VERSION,
    tools: tools.version,
    snapshot: snapshot.hash,
    entryFile: options.entryFile ?? "index.html",
    variables: options.variables ?? {},
    isLengthGiven: options.duration !== undefined,
    picture,
    capture: captureOf(tools, picture),
    startFrame,
    endFrame,
    libraries: (plan.libraries ?? []).map(({ url, integrity }) => [url, integrity]),
    missing: plan.missingLibraries ?? [],
    ...(plan.hosts.length > 0 && { render: row.id }),
  };
  return createHash("sha256")
    .update(JSON.stringify(sorted(content)))
    .digest("hex");
}

import { createHash } from "node:crypto";

import type { FrameSpan, SoundPlan } from "@framewright/contract";
import { captureOf, chunkEncodingOf } from "@framewright/engine";

import { VERSION } from "../../version.ts";
import type { Planned } from "../../plan/plan.ts";
import { pictureOf } from "../picture.ts";
import type { RenderRow } from "../render-row.ts";
import { resolveOptions } from "../resolve-options.ts";
import type { WorkSettings } from "../settings.ts";

/** An object's entries in the order of their names, at every depth, so that equal values have equal texts. */
function sorted(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(sorted);
  if (typeof value !== "object" || value === null) return value;
  const entries = Object.entries(value).toSorted(([a], [b]) => (a < b ? -1 : 1));
  return Object.fromEntries(entries.map(([key, each]) => [key, sorted(each)]));
}

function hashOf(content: object): string {
  return createHash("sha256")
    .update(JSON.stringify(sorted(content)))
    .digest("hex");
}

interface HashedChunk extends FrameSpan {
  readonly history?: boolean;
  readonly steps?: boolean;
}

type Row = Pick<RenderRow, "id" | "options" | "snapshot">;
type Programs = Pick<WorkSettings, "tools">;

/** What every part of a render depends on: the composition's files, what the page is served, and the programs. */
function pageContent(row: Row, { plan }: Planned, { tools }: Programs): object {
  const { snapshot } = row;
  const options = resolveOptions(row.options);
  return {
    producer: VERSION,
    tools: tools.version,
    snapshot: snapshot.hash,
    entryFile: options.entryFile,
    variables: options.variables ?? {},
    isLengthGiven: options.duration !== undefined,
    libraries: (plan.libraries ?? []).map(({ url, integrity }) => [url, integrity]),
    missing: plan.missingLibraries ?? [],
    ...(plan.hosts.length > 0 && { render: row.id }),
  };
}

/**
 * The address of a chunk's content: the composition's files, the libraries that the page is served, the frames, all that
 * the picture depends on, what is made of it, and the programs that do. SHA-256, in hex. What a page loads from elsewhere may change: its chunks are its render's own.
 */
export function chunkHash(
  row: Row,
  planned: Planned,
  { startFrame, endFrame, history = false, steps = false }: HashedChunk,
  { tools }: Programs,
): string {
  const taken = pictureOf(resolveOptions(row.options), planned);
  const { output, ...picture } = taken;
  return hashOf({
    ...pageContent(row, planned, { tools }),
    picture,
    output: output.format,
    encode: chunkEncodingOf(taken).arguments,
    capture: captureOf(tools, taken),
    startFrame,
    endFrame,
    ...(history && { history }),
    ...(steps && { steps }),
  });
}

/** The address of a sound's content, which is the same for every output. */
export function soundHash(row: Row, planned: Planned, sound: SoundPlan, programs: Programs): string {
  const { fps, startFrame } = planned.plan;
  return hashOf({ ...pageContent(row, planned, programs), sound, fps, startFrame });
}

import type { Check } from "@framewright/contract";
import { type ChunkSeams, isAlike, type PictureMark } from "@framewright/engine";

/** A chunk as far as its seams go: what its file's row says of them. */
export interface SeamChunk {
  readonly index: number;
  readonly start_frame: number;
  /** Whether its page has drawn every frame before it. */
  readonly history: boolean;
  /** Null where the file was made before seams were looked at. */
  readonly seams: ChunkSeams | null;
}

export interface Neighbours {
  readonly isFirst: boolean;
  readonly isFollowed: boolean;
}

/**
 * Whether a stored chunk tells all that is needed to prove its seams: that at its end only where another chunk follows.
 * Where none comes before it, nothing would prove that its page was right to jump.
 */
export function tellsSeams(seams: ChunkSeams | null, { isFirst, isFollowed }: Neighbours): boolean {
  if (seams === null) return false;
  return (seams.next !== null || !isFollowed) && !(isFirst && seams.hasJumped === true);
}

/** What a seam is like: the chunks on both sides show the same picture of one frame, or the same but for resampling. */
export type Seam = "equal" | "alike" | "unequal" | "unknown";

function compare(before: PictureMark | null, after: PictureMark | null): Seam {
  if (before === null || after === null) return "unknown";
  if (before.name === after.name) return "equal";
  const isKnown = before.shape !== null && after.shape !== null;
  return isKnown && isAlike(before.shape, after.shape) ? "alike" : "unequal";
}

/** The seam at each chunk's end, but for the last one's. */
export function seamsOf(chunks: readonly SeamChunk[]): Seam[] {
  return chunks
    .slice(1)
    .map(({ seams }, index) => compare(chunks[index]?.seams?.next ?? null, seams?.first ?? null));
}

/**
 * The first of a render's chunks, in order, that does not go on where the one before it ends: it has to be rendered anew,
 * with all that follow it. Null where every seam holds. Where the chunk was drawn with its history and differs all the
 * same, it is the chunks before it that went wrong: then the render's first.
 */
export function firstWithoutHistory<C extends SeamChunk>(
  chunks: readonly C[],
  seams: readonly Seam[],
): C | null {
  const broken = chunks[seams.indexOf("unequal") + 1];
  if (broken === undefined || broken === chunks[0]) return null;
  return (broken.history ? chunks[0] : broken) ?? null;
}

/** What the verdict says of a video's seams; nothing where it has none. */
export function seamsCheck(seams: readonly Seam[]): Check[] {
  if (seams.length === 0) return [];
  const counts = Map.groupBy(seams, (seam) => seam);
  const count = (seam: Seam): number => counts.get(seam)?.length ?? 0;
  const proved = count("equal") + count("alike");
  const parts = [
    `${proved} equal`,
    ...(count("alike") > 0 ? [`${count("alike")} of them but for resampling`] : []),
    ...(count("unknown") > 0 ? [`${count("unknown")} not compared`] : []),
  ];
  const expected = `${seams.length - count("unknown")} equal`;
  return [{ name: "seams", expected, actual: parts.join(", "), passed: count("unequal") === 0 }];
}

import type { Work } from "../queue/work.ts";

/** What a part of a render is: frames that are captured, or the sound. */
export type PartKind = "frames" | "sound";

/** The work of making a part of a render. */
export function partWork(
  renderId: string,
  { kind, index, round }: { readonly kind: PartKind; readonly index: number; readonly round: number },
): Work {
  return { kind: kind === "sound" ? "sound" : "chunk", renderId, index, round };
}

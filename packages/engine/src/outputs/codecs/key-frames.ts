import type { Fps } from "@framewright/contract";

/** A key frame at least this often, so that players seek quickly. */
const KEY_FRAME_SECONDS = 4;

/** Frames from one key frame to the next, at most. */
export function closedGroupFrames({ num, den }: Fps): number {
  return Math.max(1, Math.round((KEY_FRAME_SECONDS * num) / den));
}

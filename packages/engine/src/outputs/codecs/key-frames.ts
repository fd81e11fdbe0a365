import type { Fps } from "@framewright/contract";

/** A key frame at least this often, so that players seek quickly. Where a picture stands still, they are most of the file. */
const KEY_FRAME_SECONDS = 10;

/** Frames from one key frame to the next, at most. */
export function closedGroupFrames({ num, den }: Fps): number {
  return Math.max(1, Math.round((KEY_FRAME_SECONDS * num) / den));
}

import { type Fps, parseFps } from "@framewright/contract";

import { DEFAULT_FPS } from "../plan/limits.ts";

/** The rate that was asked for, or the usual one. */
export function fpsOf(fps: number | string | undefined): Fps {
  return (fps === undefined ? null : parseFps(fps)) ?? DEFAULT_FPS;
}

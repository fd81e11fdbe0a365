import { scriptNow } from "../time.ts";
import { call } from "../timers.ts";
import { allStates, type MediaState } from "./media-state.ts";

/** https://wicg.github.io/video-rvfc/#video-frame-callback-metadata-dictionary */
function metadataOf({ file, picture, presented }: MediaState, at: number): Readonly<Record<string, number>> {
  return {
    presentationTime: at,
    expectedDisplayTime: at,
    width: file?.width ?? 0,
    height: file?.height ?? 0,
    mediaTime: Math.max(0, picture?.from ?? 0),
    presentedFrames: presented,
    processingDuration: 0,
  };
}

/** Calls the scripts that wait for a video's picture, once for each picture that is new. */
export function callBackForPictures(): void {
  const at = scriptNow();
  for (const state of allStates()) {
    if (state.callbacks.size === 0 || state.presented === state.told) continue;
    state.told = state.presented;
    const metadata = metadataOf(state, at);
    const callbacks = [...state.callbacks.values()];
    state.callbacks.clear();
    for (const callback of callbacks) call(() => callback(at, metadata));
  }
}

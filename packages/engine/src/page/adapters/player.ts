import { durations } from "../declarations.ts";

declare global {
  interface Window {
    __player?: Readonly<Record<string, (value?: unknown) => unknown>>;
    __playerReady?: boolean;
    __renderReady?: boolean;
    __hyperframeRuntimeBootstrapped?: boolean;
  }
}

function declaredSeconds(): number {
  const seconds = Number(durations()[0]?.seconds.text ?? 0);
  return Number.isFinite(seconds) && seconds > 0 ? seconds : 0;
}

const ignore = (): void => undefined;

/** The player that HyperFrames puts into its previews, for pages that wait for it or ask it the time. */
export function installPlayer(): void {
  window.__player = Object.freeze({
    play: ignore,
    pause: ignore,
    seek: ignore,
    renderSeek: ignore,
    setPlaybackRate: ignore,
    getTime: () => window.__hfTime ?? 0,
    getDuration: declaredSeconds,
    isPlaying: () => false,
    getPlaybackRate: () => 1,
  });
  window.__playerReady = true;
  window.__renderReady = true;
  // A copy of HyperFrames' own runtime that a page brings along stays idle: it would move what is moved here.
  window.__hyperframeRuntimeBootstrapped = true;
}

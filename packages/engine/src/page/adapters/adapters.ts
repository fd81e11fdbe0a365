import { type Adapter, longest } from "./adapter.ts";
import { anime, installAnime } from "./anime.ts";
import { buildReady } from "./build-ready.ts";
import { installHtmlInCanvas } from "./html-in-canvas.ts";
import { lottie } from "./lottie.ts";
import { installPausedAnimations, pausedAnimations } from "./paused-animations.ts";
import { installSeekEvent, seekEvent } from "./seek-event.ts";
import { selfRunningGsap } from "./self-running-gsap.ts";
import { installShaderTransitions, shaderTransitions } from "./shader-transitions.ts";

/** These go first, so that what a page does in a timeline's callback has the last word. */
const BEFORE_TIMELINES: readonly Adapter[] = [selfRunningGsap, pausedAnimations, anime, lottie];
/** These look at what the timelines have made of the page. */
const AFTER_TIMELINES: readonly Adapter[] = [seekEvent, shaderTransitions, buildReady];
const ALL = [...BEFORE_TIMELINES, ...AFTER_TIMELINES];

async function seek(adapters: readonly Adapter[], seconds: number): Promise<void> {
  for (const adapter of adapters) await adapter.seek?.(seconds);
}

export function seekBeforeTimelines(seconds: number): Promise<void> {
  return seek(BEFORE_TIMELINES, seconds);
}

export function seekAfterTimelines(seconds: number): Promise<void> {
  return seek(AFTER_TIMELINES, seconds);
}

/** The longest finite length in seconds that an adapter knows of, or that is given; otherwise what is given. */
export function withAdapters(seconds: number | null): number | null {
  const finite = Number.isFinite(seconds) ? seconds : null;
  return longest([finite, ...ALL.map((adapter) => adapter.durationSeconds?.() ?? null)]) ?? seconds;
}

export function adaptersPending(): string[] {
  return ALL.flatMap((adapter) => adapter.pending?.() ?? []);
}

export function installAdapters(): void {
  window.__hf ??= {};
  installAnime();
  installHtmlInCanvas();
  installPausedAnimations();
  installSeekEvent();
  installShaderTransitions();
}

import { type Adapter, listed, longest, numberOf, tell } from "./adapter.ts";

declare global {
  interface Window {
    /** Animations and timelines of anime.js, by the page. */
    __hfAnime?: unknown;
    hyperframesAnime?: { register(id: string, instance: unknown, options?: unknown): void };
  }
}

/** anime.js stands for an endless loop with a length beyond any composition. */
const ENDLESS_MS = 1e9;

function durationSeconds(instance: object): number | null {
  const milliseconds = numberOf(instance, "duration");
  return milliseconds !== null && milliseconds < ENDLESS_MS ? milliseconds / 1000 : null;
}

/** Animations of anime.js, versions 3 and 4, that a page has registered: held, and set to the composition's time. */
export const anime: Adapter = {
  seek: (seconds) => {
    for (const instance of listed(window.__hfAnime)) {
      tell(instance, "pause");
      tell(instance, "seek", seconds * 1000);
    }
  },
  durationSeconds: () => longest(listed(window.__hfAnime).map(durationSeconds)),
};

/** The other way to register one. */
export function installAnime(): void {
  window.hyperframesAnime = {
    register: (_id, instance) => {
      window.__hfAnime = [...listed(window.__hfAnime), ...listed([instance])];
    },
  };
}

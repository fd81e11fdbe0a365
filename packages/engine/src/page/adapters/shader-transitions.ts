import { macrotask, native } from "../native.ts";
import type { Adapter } from "./adapter.ts";

declare global {
  interface Window {
    /** Tells `@hyperframes/shader-transitions` that time is virtual, and that frames are composed in the page. */
    __HF_VIRTUAL_TIME__?: object;
    __HF_PAGE_SIDE_COMPOSITING__?: boolean;
    /** Set by it while a frame lies within a transition. */
    __hf_page_composite_pending?: boolean;
    /** Copies the two scenes to where the browser has to paint them once. */
    __hf_page_composite_prepare?: () => PromiseLike<unknown>;
    /** Draws the transition from what has been painted. */
    __hf_page_composite_resolve?: () => unknown;
  }
}

type Stage = "none" | "to-paint" | "painted";

let stage: Stage = "none";
let lastRequest = 0;

/** After the browser's next frame, the copies have been painted. */
function untilPainted(): void {
  const request = ++lastRequest;
  native.requestAnimationFrame(() => {
    void macrotask().then(() => {
      if (request === lastRequest && stage === "to-paint") stage = "painted";
    });
  });
}

/** The package waits for a `seek` to follow, which only pages that steer themselves have. */
function offerSeek(): void {
  if (window.__hf_page_composite_prepare && !window.__hf?.seek) {
    window.__hf = { ...window.__hf, seek: () => undefined };
  }
}

/** Transitions of `@hyperframes/shader-transitions`: composed in two steps, with a frame of the browser between them. */
export const shaderTransitions: Adapter = {
  seek: async () => {
    stage = "none";
    offerSeek();
    if (window.__hf_page_composite_pending !== true) return;
    await window.__hf_page_composite_prepare?.();
    stage = "to-paint";
    untilPainted();
  },
  pending: () => {
    if (stage === "to-paint") return ["a shader transition"];
    if (stage === "painted") {
      stage = "none";
      window.__hf_page_composite_resolve?.();
    }
    return [];
  },
};

export function installShaderTransitions(): void {
  window.__HF_VIRTUAL_TIME__ = {};
  window.__HF_PAGE_SIDE_COMPOSITING__ = true;
}

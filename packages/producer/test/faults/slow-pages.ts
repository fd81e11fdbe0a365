import { randomUUID } from "node:crypto";

import { barcodePage } from "../frame-truth/barcodes.ts";

const FPS = 30;
/** With PRODUCER_CHUNK_SECONDS=1, as long as a chunk of so small a picture is. */
export const CHUNK_FRAMES = 67;

export interface SlowPage {
  readonly chunks: number;
  /** How long each frame takes, in ms. (Default: 60.) */
  readonly frameMs?: number;
  /** A frame at which its script throws, and says at what time: "thrown at", in epoch milliseconds. */
  readonly throwsAt?: number;
}

/**
 * A composition of its own, of so many chunks, that shows the number of each frame and takes its time for it without
 * using the processor: a thread of the page keeps the time, for the page's own clock is not the machine's.
 */
export function slowPage({ chunks, frameMs = 60, throwsAt = -1 }: SlowPage): string {
  const seconds = (chunks * CHUNK_FRAMES) / FPS;
  const html = barcodePage(
    seconds,
    `const code = "onmessage = () => setTimeout(() => postMessage(Date.now()), ${frameMs})";
    const clock = new Worker(URL.createObjectURL(new Blob([code])));
    const pause = () => new Promise((resolve) => {
      clock.onmessage = ({ data }) => resolve(data);
      clock.postMessage(0);
    });
    window.__hf = { duration: ${seconds}, async seek(at) {
      const n = Math.round(at * ${FPS});
      show(n);
      const now = await pause();
      if (n === ${throwsAt}) throw new Error("thrown at " + now);
    } };`,
  );
  return `${html}<!-- ${randomUUID()} -->`;
}

/** The numbers that its frames show. */
export function framesOf({ chunks }: SlowPage): number[] {
  return Array.from({ length: chunks * CHUNK_FRAMES }, (_, n) => n);
}

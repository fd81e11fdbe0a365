import type { PageFinding } from "../../page-findings.ts";
import { allElements } from "../roots.ts";
import { asTold } from "./box.ts";
import { selectorOf } from "./selector.ts";

const MAX_TOLD = 10;
const MAX_SOURCE = 120;

const failed = new Map<HTMLImageElement, PageFinding>();
const asked = new WeakMap<HTMLImageElement, string>();

function shorten(source: string): string {
  return source.length > MAX_SOURCE ? `${source.slice(0, MAX_SOURCE - 1)}…` : source;
}

function note(image: HTMLImageElement, source: string): void {
  if (!image.isConnected || (image.currentSrc || image.src) !== source || failed.size >= MAX_TOLD) return;
  failed.set(image, {
    code: "image-failed",
    severity: "error",
    message: `The image ${selectorOf(image)} could not be shown: ${shorten(source)}`,
    remedy: "Correct its address, or the file: the browser reads PNG, JPEG, WebP, AVIF, GIF and SVG.",
    selector: selectorOf(image),
    box: asTold(image.getBoundingClientRect()),
  });
}

/** Asks of images that have loaded and have no size whether they can be drawn: an SVG may have none and be whole. */
export function lookAtImages(): void {
  for (const image of allElements("img")) {
    const source = image.currentSrc || image.src;
    if (source === "" || !image.complete || image.naturalWidth > 0 || asked.get(image) === source) continue;
    asked.set(image, source);
    image.decode().catch(() => note(image, source));
  }
}

export function failedImages(): PageFinding[] {
  return [...failed.values()];
}

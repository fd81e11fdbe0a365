import { openingMedia } from "./media/media-clock.ts";
import { openWork } from "./tracked-work.ts";

function shorten(url: string): string {
  const path = url.startsWith("data:") ? "data:" : url;
  return path.length > 120 ? `${path.slice(0, 117)}…` : path;
}

/** A font that comes too late for a display is not given up here: frames wait for it. */
function keepFonts(): void {
  for (const font of document.fonts) {
    if (font.display === "optional" || font.display === "fallback") font.display = "swap";
  }
}

/** A browser that has begun to load a font goes by the rule that it had then. */
export function watchFonts(): void {
  const isSheet = (target: unknown): boolean =>
    target instanceof HTMLLinkElement || target instanceof HTMLStyleElement;
  document.addEventListener("load", ({ target }) => (isSheet(target) ? keepFonts() : undefined), true);
}

function pendingFonts(): string[] {
  keepFonts();
  // Reading a layout property makes the browser lay out, and so request the fonts that the text needs.
  void document.body?.offsetHeight;
  if (document.fonts.status === "loaded") return [];
  const names = [...document.fonts]
    .filter((font) => font.status === "loading")
    .map((font) => `font: ${font.family.replaceAll('"', "")} ${font.weight}`);
  return names.length > 0 ? names : ["fonts"];
}

const decoded = new WeakMap<HTMLImageElement, string>();

async function decode(image: HTMLImageElement, source: string): Promise<void> {
  // One that cannot be decoded is as complete as it will ever be.
  await image.decode().catch(() => undefined);
  decoded.set(image, source);
}

/** Images are complete once decoded, so that no frame shows one half. */
function pendingImages(): string[] {
  const names: string[] = [];
  for (const image of document.images) {
    if (image.loading === "lazy") image.loading = "eager";
    const source = image.currentSrc || image.src;
    if (source === "" || decoded.get(image) === source) continue;
    if (!image.complete) names.push(`image: ${shorten(source)}`);
    else if (image.naturalWidth === 0) decoded.set(image, source);
    else {
      names.push(`image: ${shorten(source)} (decoding)`);
      void decode(image, source);
    }
  }
  return names;
}

/** What the browser still loads, decodes or computes for the page, named for a person. */
export function loading(): string[] {
  const names = document.readyState === "complete" ? [] : [`document: ${document.readyState}`];
  return [...names, ...pendingFonts(), ...pendingImages(), ...openingMedia(), ...openWork()];
}

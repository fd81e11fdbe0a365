import { rootElement } from "../tree/root.ts";

const RGB = /^rgb\((\d+), (\d+), (\d+)\)$/;

function hex(colour: string): string | null {
  const channels = RGB.exec(colour)?.slice(1);
  return channels
    ? `#${channels.map((value) => Number(value).toString(16).padStart(2, "0")).join("")}`
    : null;
}

/** Colours, as in "#008080", that are seen where a page draws nothing: its own, and the browser's white. */
export function backdrops(): string[] {
  const elements = [document.documentElement, document.body, rootElement()];
  const own = elements.flatMap((element) => hex(getComputedStyle(element).backgroundColor) ?? []);
  return [...new Set(["#ffffff", ...own])];
}

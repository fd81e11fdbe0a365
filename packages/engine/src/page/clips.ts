import { clips } from "./composition.ts";

const MAX_REFERENCES = 32;

function finite(text: string | null): number | null {
  if (text === null || text.trim() === "") return null;
  const value = Number(text);
  return Number.isFinite(value) ? value : null;
}

/** Another clip and the seconds after its end, as `id`, `id + 1.5` or `id - 0.5`. */
function parseReference(text: string): { clip: Element; offset: number } | null {
  const [, id, sign, seconds = "0"] = /^\s*([\w-]+?)\s*(?:([+-])\s*([\d.]+))?\s*$/.exec(text) ?? [];
  const clip = id === undefined ? null : document.getElementById(id);
  return clip && { clip, offset: Number(seconds) * (sign === "-" ? -1 : 1) };
}

/** Seconds at which a clip starts: a number, or a time after another clip's end. */
function startOf(element: Element, hops = 0): number {
  const text = element.getAttribute("data-start") ?? "";
  const value = finite(text);
  if (value !== null) return value;
  const reference = parseReference(text);
  if (!reference || hops >= MAX_REFERENCES) return 0;
  const { clip, offset } = reference;
  return startOf(clip, hops + 1) + (finite(clip.getAttribute("data-duration")) ?? 0) + offset;
}

/** Where a nested composition's own time begins, in seconds. */
export function compositionStart(id: string): number {
  const element = document.querySelector(`[data-composition-id="${CSS.escape(id)}"]`);
  return element?.hasAttribute("data-start") ? startOf(element) : 0;
}

/** "hidden", or "appearing" for as long as it takes to change the style without a transition. */
const STATE = "data-framewright-clip";

/** Stronger than what a timeline or a transition does to visibility, and true for all that a clip holds. */
export function installClips(): void {
  const sheet = new CSSStyleSheet();
  sheet.replaceSync(`
    [${STATE}], [${STATE}] * { transition: none !important }
    [${STATE}="hidden"], [${STATE}="hidden"] * { visibility: hidden !important }
  `);
  document.adoptedStyleSheets.push(sheet);
}

function setVisible(element: HTMLElement, visible: boolean): void {
  if (visible === !element.hasAttribute(STATE)) return;
  element.setAttribute(STATE, visible ? "appearing" : "hidden");
  if (!visible) return;
  // Reading a layout property makes the browser apply the style, to all that the clip holds.
  void document.body.offsetHeight;
  element.removeAttribute(STATE);
}

/** Shows each clip from its start to its end, the end excluded. */
export function seekClips(seconds: number): void {
  for (const element of clips()) {
    const start = startOf(element);
    const duration = finite(element.getAttribute("data-duration"));
    // A frame's time is a rounded number: half a millisecond early still belongs to the clip.
    const after = seconds > start - 5e-4;
    const before = duration === null || seconds < start + duration - 5e-4;
    setVisible(element, after && before);
  }
}

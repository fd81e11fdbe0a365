import { clips } from "./composition.ts";

const MAX_REFERENCES = 32;

function finite(text: string | null): number | null {
  if (text === null || text.trim() === "") return null;
  const value = Number(text);
  return Number.isFinite(value) ? value : null;
}

/** Seconds at which a clip starts: a number, or another clip's end as `id`, `id + 1.5` or `id - 0.5`. */
function startOf(element: Element, hops = 0): number {
  const text = element.getAttribute("data-start");
  const value = finite(text);
  if (value !== null) return value;
  const reference = /^\s*([\w-]+?)\s*(?:([+-])\s*([\d.]+))?\s*$/.exec(text ?? "");
  const other = reference?.[1] === undefined ? null : document.getElementById(reference[1]);
  if (!reference || !other || hops >= MAX_REFERENCES) return 0;
  const offset = Number(reference[3] ?? 0) * (reference[2] === "-" ? -1 : 1);
  return startOf(other, hops + 1) + (finite(other.getAttribute("data-duration")) ?? 0) + offset;
}

/** Where a nested composition's own time begins, in seconds. */
export function compositionStart(id: string): number {
  const element = document.querySelector(`[data-composition-id="${CSS.escape(id)}"]`);
  return element?.hasAttribute("data-start") ? startOf(element) : 0;
}

/** Elements hidden here, with the inline visibility that they had. */
const hidden = new WeakMap<HTMLElement, string>();

function setVisible(element: HTMLElement, visible: boolean): void {
  if (visible === !hidden.has(element)) return;
  if (visible) {
    element.style.visibility = hidden.get(element) ?? "";
    hidden.delete(element);
  } else {
    hidden.set(element, element.style.visibility);
    element.style.visibility = "hidden";
  }
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

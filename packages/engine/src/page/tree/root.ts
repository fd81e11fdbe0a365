const COMPOSITION = "[data-composition-id]";

/** The outermost composition; null in a page that has none. */
export function rootComposition(): HTMLElement | null {
  const marked = document.querySelector<HTMLElement>(`${COMPOSITION}[data-root="true"]`);
  return marked ?? document.querySelector<HTMLElement>(COMPOSITION);
}

/** The outermost composition, or the element that declares a length when none is named. */
export function rootElement(): Element {
  return (
    rootComposition() ??
    document.querySelector("[data-duration]:not([data-start])") ??
    document.documentElement
  );
}

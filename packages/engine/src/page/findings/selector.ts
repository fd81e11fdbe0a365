/** A step of a path that tells an element from its siblings. */
function step(element: Element): string {
  const alike = [...(element.parentElement?.children ?? [])].filter(
    ({ localName }) => localName === element.localName,
  );
  const name = CSS.escape(element.localName);
  return alike.length > 1 ? `${name}:nth-of-type(${alike.indexOf(element) + 1})` : name;
}

function isUnique(id: string): boolean {
  return id !== "" && document.querySelectorAll(`#${CSS.escape(id)}`).length === 1;
}

/** A selector that leads to this element alone; inside a shadow tree, from that tree's root. */
export function selectorOf(element: Element): string {
  const steps: string[] = [];
  for (let at: Element | null = element; at && at !== document.body; at = at.parentElement) {
    if (isUnique(at.id)) return [`#${CSS.escape(at.id)}`, ...steps].join(" > ");
    steps.unshift(step(at));
  }
  return steps.join(" > ") || "body";
}

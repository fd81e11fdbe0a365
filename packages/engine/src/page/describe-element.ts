/** An element as its author would name it: "#title", or "div.card". */
export function describeElement(target: unknown): string {
  if (!(target instanceof Element)) return "an object";
  if (target.id !== "") return `#${target.id}`;
  return [target.localName, ...target.classList].join(".");
}

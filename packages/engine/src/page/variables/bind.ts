import { enclosingInstance } from "../nested/instance.ts";
import { declaredDefaults, documentVariables } from "./declared.ts";

type Values = Readonly<Record<string, unknown>>;

function isScalar(value: unknown): value is string | number | boolean {
  return typeof value === "string" || typeof value === "number" || typeof value === "boolean";
}

/** What a variable is in a style; of a font, its family. */
function cssValue(value: unknown): string | null {
  if (isScalar(value)) return value === "" ? null : String(value);
  const name = typeof value === "object" && value !== null && "name" in value ? value.name : null;
  return typeof name === "string" && name !== "" ? name : null;
}

/** A variable's custom properties: by its id, and by its id in the letters that every style may use. */
function propertyNames(id: string): Set<string> {
  const plain = id
    .toLowerCase()
    .replace(/[^a-z0-9]+/g, "-")
    .replace(/^-|-$/g, "");
  return new Set([`--${id}`, `--${plain}`]);
}

/** Makes variables custom properties of an element, and so of all that it holds. */
export function applyVariables(
  element: HTMLElement,
  values: Values,
  isWanted: (name: string) => boolean = () => true,
): void {
  for (const [id, value] of Object.entries(values)) {
    const css = cssValue(value);
    if (css === null) continue;
    for (const name of propertyNames(id)) if (isWanted(name)) element.style.setProperty(name, css);
  }
}

/** Replaces an element's own text, and keeps the elements in it. */
function setText(element: Element, text: string): void {
  const own = [...element.childNodes].filter((node) => node instanceof Text);
  const [first, ...rest] = own;
  if (first) first.data = text;
  else element.prepend(text);
  for (const node of rest) node.data = "";
}

function urlOf(value: unknown): string | null {
  const url = typeof value === "object" && value !== null && "url" in value ? value.url : value;
  return typeof url === "string" && url !== "" ? url : null;
}

/** An address that shows something; others run as programs in the elements that take them. */
const SHOWABLE = /^(?:https?:|blob:|data:image\/|(?![a-z][a-z0-9+.-]*:))/i;
const WITH_SOURCE = new Set(["IMG", "VIDEO", "AUDIO", "SOURCE"]);

const bound = new WeakSet<Element>();

function valuesFor(element: Element): Values {
  return enclosingInstance(element)?.variables ?? documentVariables();
}

function bindOne(element: Element): void {
  bound.add(element);
  const values = valuesFor(element);
  const text = values[element.getAttribute("data-var-text")?.trim() ?? ""];
  if (isScalar(text)) setText(element, String(text));
  const url = urlOf(values[element.getAttribute("data-var-src")?.trim() ?? ""]);
  if (url !== null && WITH_SOURCE.has(element.tagName) && SHOWABLE.test(url))
    element.setAttribute("src", url);
}

/** Gives the elements that show a variable its value: `data-var-text`, `data-var-src`. */
export function bindVariables(within: ParentNode, isReady: (element: Element) => boolean = () => true): void {
  for (const element of within.querySelectorAll("[data-var-text], [data-var-src]")) {
    if (!bound.has(element) && isReady(element)) bindOne(element);
  }
}

const styled = new WeakSet<Element>();

/** The document's variables as custom properties, from where they are declared, and of its compositions. */
export function applyDocumentVariables(): void {
  const values = documentVariables();
  const page = document.documentElement;
  const overrides = window.__hfVariables ?? {};
  // Once there is a body, the head's styles are known: what they define is meant so.
  if (document.body && !styled.has(page)) {
    styled.add(page);
    const declaredHere = Object.keys(declaredDefaults(page)).map((id) => [id, values[id]] as const);
    const isOpen = (name: string): boolean => getComputedStyle(page).getPropertyValue(name).trim() === "";
    applyVariables(page, Object.fromEntries(declaredHere.filter(([id]) => id in overrides)));
    applyVariables(page, Object.fromEntries(declaredHere.filter(([id]) => !(id in overrides))), isOpen);
  }
  for (const root of document.querySelectorAll<HTMLElement>("[data-composition-id]")) {
    if (styled.has(root) || enclosingInstance(root)) continue;
    styled.add(root);
    applyVariables(root, values);
  }
}

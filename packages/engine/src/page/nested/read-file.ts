import { loadText } from "./load-file.ts";

/** A nested composition's file, taken apart. */
export interface CompositionFile {
  /** The root element's id; null when the file has none. */
  readonly compositionId: string | null;
  readonly innerRoot: HTMLElement | null;
  readonly content: ParentNode;
  readonly styles: readonly Element[];
  readonly scripts: readonly HTMLScriptElement[];
  readonly links: readonly Element[];
  /** Elements that may declare variables, the innermost last. */
  readonly carriers: readonly Element[];
}

const COMPOSITION = "[data-composition-id]";

/** Takes a file's document apart, or a template's: which root is meant is said by the host. */
export function takeApart(
  document: Document,
  template: HTMLTemplateElement | null,
  hostId: string | null,
): CompositionFile {
  const content: ParentNode = template?.content ?? document.body;
  const roots = [...content.querySelectorAll<HTMLElement>(COMPOSITION)];
  const ownId = (root: Element): string | null => root.getAttribute("data-composition-id");
  const innerRoot = (hostId === null ? roots[0] : roots.find((root) => ownId(root) === hostId)) ?? null;
  // A template's document is only its wrapping, but what it links to, fonts say, is meant for it.
  const head: readonly ParentNode[] = template ? [] : [document.head];
  const all = <T extends Element>(selector: string): T[] =>
    [...head, content].flatMap((part) => [...part.querySelectorAll<T>(selector)]);
  return {
    compositionId: (innerRoot ?? roots[0])?.getAttribute("data-composition-id") ?? null,
    innerRoot,
    content,
    styles: all("style"),
    scripts: all<HTMLScriptElement>("script"),
    links: [...document.head.querySelectorAll('link[rel~="stylesheet"], link[rel~="preconnect"]')],
    carriers: [document.documentElement, ...(innerRoot ? [innerRoot] : [])],
  };
}

/** Reads a file. @returns why it cannot be used, as the end of a sentence, or its parts */
export function readCompositionFile(url: string, hostId: string | null): CompositionFile | string {
  const { ok, text } = loadText(url);
  if (!ok) return "which the project does not have";
  if (text.trim() === "") return "which is empty";
  const parsed = new DOMParser().parseFromString(text, "text/html");
  const template = parsed.querySelector("template");
  const content = template?.content ?? parsed.body;
  if (content.childElementCount === 0 && (content.textContent ?? "").trim() === "") {
    return "which has neither a template nor a body with anything in it";
  }
  return takeApart(parsed, template, hostId);
}

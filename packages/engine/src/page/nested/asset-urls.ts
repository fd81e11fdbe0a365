import { fileExists } from "./load-file.ts";

/** Addresses that mean the same wherever they stand. */
const ABSOLUTE = /^(?:[a-z][a-z0-9+.-]*:|\/\/|\/|#|$)/i;

/** Where a file lies below the project's root. */
export function projectUrl(path: string, base = "/"): string {
  return new URL(path, new URL(base, location.origin)).href;
}

/**
 * Where a file that a nested composition names lies: beside it, if it is there, else below the project's root.
 * One that climbs out of its folder is meant from there.
 */
export function assetUrl(reference: string, file: string): string {
  const trimmed = reference.trim();
  if (ABSOLUTE.test(trimmed)) return reference;
  const beside = projectUrl(trimmed, `/${file}`);
  if (trimmed.startsWith("../") || !file.includes("/")) return beside;
  return fileExists(beside.replace(/[?#].*$/, "")) ? beside : projectUrl(trimmed);
}

const CSS_URL = /\burl\(\s*(?<quote>["']?)(?<url>[^"')]+?)\k<quote>\s*\)/g;

export function rewriteCssUrls(css: string, file: string): string {
  return css.replace(
    CSS_URL,
    (_whole, quote: string, url: string) => `url(${quote}${assetUrl(url, file)}${quote})`,
  );
}

/** Makes a nested composition's references right in the document that it comes into. */
export function rewriteAssets(content: ParentNode, file: string): void {
  for (const attribute of ["src", "href", "poster", "xlink:href"]) {
    for (const element of content.querySelectorAll(`[${CSS.escape(attribute)}]`)) {
      const reference = element.getAttribute(attribute) ?? "";
      const url = assetUrl(reference, file);
      if (url !== reference) element.setAttribute(attribute, url);
    }
  }
  for (const element of content.querySelectorAll("[style*='url(']")) {
    element.setAttribute("style", rewriteCssUrls(element.getAttribute("style") ?? "", file));
  }
}

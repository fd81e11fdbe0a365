import { assetUrl, rewriteCssUrls } from "./asset-urls.ts";
import { loadText } from "./load-file.ts";
import { type Scope, scopedSelector, splitSelectors } from "./scope.ts";

/** Rules within other style rules have their scope from those. */
function scopeRules(rules: CSSRuleList, scope: Scope): void {
  for (const rule of rules) {
    if (rule instanceof CSSStyleRule) {
      rule.selectorText = splitSelectors(rule.selectorText)
        .map((selector) => scopedSelector(selector, scope))
        .join(", ");
    } else if (rule instanceof CSSGroupingRule) scopeRules(rule.cssRules, scope);
  }
}

/** Adds a style sheet of a nested composition's file to the document, for this instance alone. */
export function addStyles(css: string, file: string, scope: Scope): void {
  const style = document.createElement("style");
  style.textContent = rewriteCssUrls(css, file);
  document.head.append(style);
  // The browser's own parser has read it: whatever it took for a rule is scoped, and nothing else.
  if (style.sheet) scopeRules(style.sheet.cssRules, scope);
}

const linked = new Set<string>();

/**
 * Adds a style sheet that the file links to, as it is. One of the project is read at once: the composition's
 * scripts may measure what it styles.
 */
export function addLink(link: Element, file: string): void {
  const url = assetUrl(link.getAttribute("href") ?? "", file);
  const there = [...document.querySelectorAll<HTMLLinkElement>("link[href]")].some(
    ({ href }) => href === url,
  );
  if (url === "" || there || linked.has(url)) return;
  linked.add(url);
  const isSheet = (link.getAttribute("rel") ?? "").includes("stylesheet");
  const { ok, text } =
    isSheet && url.startsWith(`${location.origin}/`) ? loadText(url) : { ok: false, text: "" };
  if (ok) {
    const style = document.createElement("style");
    style.media = link.getAttribute("media") ?? "";
    style.textContent = rewriteCssUrls(text, new URL(url).pathname.slice(1));
    document.head.append(style);
    return;
  }
  const copy = document.createElement("link");
  for (const { name, value } of link.attributes) copy.setAttribute(name, value);
  copy.href = url;
  document.head.append(copy);
}

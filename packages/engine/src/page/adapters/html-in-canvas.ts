/**
 * Pages draw HTML into a canvas from children of a canvas that is itself invisible. The browser paints nothing of what
 * is fully transparent, and would draw nothing, unless it expects that to change.
 */
export function installHtmlInCanvas(): void {
  const sheet = new CSSStyleSheet();
  sheet.replaceSync("canvas[layoutsubtree] { will-change: opacity }");
  document.adoptedStyleSheets.push(sheet);
}

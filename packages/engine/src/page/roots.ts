import { replaceMethod } from "./replace.ts";

/** Documents and shadow trees: what the page is made of. Animations and elements are asked of each. */

const shadowRoots = new Set<ShadowRoot>();
/** Marquees, which move by an animation in a tree of the browser's own. */
const knownMarquees = new WeakSet<Element>();
/** Whether there may be shadow trees that no script can find. Closed ones that the parser made are among them. */
let mayHide = true;

/** Takes up a shadow tree, however it came about, and those in it. */
export function addRoot(root: object): void {
  if (!(root instanceof ShadowRoot) || shadowRoots.has(root)) return;
  shadowRoots.add(root);
  findOpenRoots(root);
}

function findOpenRoots(within: ParentNode): void {
  for (const element of within.querySelectorAll("*")) if (element.shadowRoot) addRoot(element.shadowRoot);
}

/** Finds shadow trees that the parser made. A walk over the page: for the time before the first frame. */
export function findDeclaredRoots(): void {
  findOpenRoots(document);
}

const CLOSED = /shadowrootmode\s*=\s*["']?closed/i;

function isParentNode(value: unknown): value is ParentNode {
  return value instanceof Document || value instanceof Element || value instanceof DocumentFragment;
}

/** Has the trees found that a method makes out of HTML. */
function followParsing(target: object, method: string): void {
  replaceMethod(target, method, (original, args, on) => {
    const result = original(...args);
    const parsed = result ?? on;
    if (isParentNode(parsed)) findOpenRoots(parsed);
    if (parsed instanceof Element && parsed.shadowRoot) addRoot(parsed.shadowRoot);
    mayHide ||= CLOSED.test(String(args[0]));
    return result;
  });
}

export function installRoots(): void {
  replaceMethod(Element.prototype, "attachShadow", (original, args) => {
    const root = original(...args);
    if (root instanceof ShadowRoot) addRoot(root);
    return root;
  });
  replaceMethod(HTMLElement.prototype, "attachInternals", (original, args) => {
    const internals = original(...args);
    if (internals instanceof ElementInternals && internals.shadowRoot) addRoot(internals.shadowRoot);
    return internals;
  });
  for (const method of ["setHTMLUnsafe", "setHTML"]) {
    followParsing(Element.prototype, method);
    followParsing(ShadowRoot.prototype, method);
  }
  followParsing(Document, "parseHTMLUnsafe");
  for (const [target, method] of [
    [Node.prototype, "cloneNode"],
    [Document.prototype, "importNode"],
  ] as const) {
    replaceMethod(target, method, (original, args) => {
      const clone = original(...args);
      if (isParentNode(clone)) findOpenRoots(clone);
      if (clone instanceof Element && clone.shadowRoot) addRoot(clone.shadowRoot);
      return clone;
    });
  }
}

function hasNewMarquee(): boolean {
  let isNew = false;
  for (const marquee of allElements("marquee")) {
    isNew ||= !knownMarquees.has(marquee);
    knownMarquees.add(marquee);
  }
  return isNew;
}

/** Whether there may be trees that only the browser's tools can find. */
export function hidesRoots(): boolean {
  mayHide ||= hasNewMarquee();
  return mayHide;
}

/** They are about to be shown: all that there are now. */
export function rootsShown(): void {
  mayHide = false;
}

/** The shadow trees of the document. */
export function shadowTrees(): ShadowRoot[] {
  return [...shadowRoots].filter((root) => root.isConnected && root.ownerDocument === document);
}

/** Shadow trees such that one which lies in another comes after it. */
export function outerFirst(trees: readonly ShadowRoot[]): ShadowRoot[] {
  return trees.toSorted((a, b) => depthOf(a) - depthOf(b));
}

/** How many shadow trees a tree lies in. */
function depthOf(tree: ShadowRoot): number {
  let depth = 0;
  for (let root = tree.host.getRootNode(); root instanceof ShadowRoot; root = root.host.getRootNode())
    depth++;
  return depth;
}

/** The document and the shadow trees in it. */
export function allRoots(): (Document | ShadowRoot)[] {
  return [document, ...shadowTrees()];
}

export function allAnimations(): Animation[] {
  return allRoots().flatMap((root) => root.getAnimations());
}

export function allElements(name: "img"): HTMLImageElement[];
export function allElements(name: "svg"): SVGSVGElement[];
export function allElements(name: "video"): HTMLVideoElement[];
export function allElements(name: "audio"): HTMLAudioElement[];
export function allElements(name: "marquee"): Element[];
export function allElements(name: string): Element[] {
  return allRoots().flatMap((root) => [...root.querySelectorAll(name)]);
}

/** Documents and shadow trees: what the page is made of. Animations and elements are asked of each. */

const shadowRoots = new Set<ShadowRoot>();

export function installRoots(): void {
  // oxlint-disable-next-line typescript/unbound-method -- called with an explicit `this`
  const attachShadow = Element.prototype.attachShadow;
  Element.prototype.attachShadow = function attach(this: Element, init: ShadowRootInit) {
    const root = attachShadow.call(this, init);
    shadowRoots.add(root);
    return root;
  };
}

/** Finds shadow trees that the parser made. A walk over the page: for the time before the first frame. */
export function findDeclaredRoots(): void {
  for (const element of document.querySelectorAll("*")) {
    if (element.shadowRoot) shadowRoots.add(element.shadowRoot);
  }
}

export function connectedRoots(): (Document | ShadowRoot)[] {
  return [document, ...[...shadowRoots].filter((root) => root.isConnected)];
}

export function allAnimations(): Animation[] {
  return connectedRoots().flatMap((root) => root.getAnimations());
}

export function allElements<K extends keyof HTMLElementTagNameMap>(name: K): HTMLElementTagNameMap[K][];
export function allElements(name: "svg"): SVGSVGElement[];
export function allElements(name: string): Element[] {
  return connectedRoots().flatMap((root) => [...root.querySelectorAll(name)]);
}

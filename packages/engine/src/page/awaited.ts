/** Promises that the composition asked us to wait for, with their labels. */
const declared = new Map<PromiseLike<unknown>, string>();

export function waitUntil(promise: PromiseLike<unknown>, label = "a promise of the composition"): void {
  if (declared.has(promise)) return;
  declared.set(promise, label);
  const settled = (): void => void declared.delete(promise);
  promise.then(settled, (error: unknown) => {
    settled();
    // The page's failure is the page's to see: it reaches the console as an uncaught error.
    reportError(error);
  });
}

let ready: PromiseLike<unknown> | null = null;

/** What the composition itself asked us to wait for, named for a person. */
export function awaited(): string[] {
  const wanted = window.__hf?.ready;
  if (wanted && typeof wanted.then === "function" && wanted !== ready) {
    ready = wanted;
    waitUntil(wanted, "window.__hf.ready");
  }
  return [...declared.values()];
}

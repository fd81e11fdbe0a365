/** Puts a getter in the place of the browser's; it is given that one, and called on the same object. */
export function replaceGetter(
  target: object,
  key: string,
  get: (original: () => unknown, on: object) => unknown,
): void {
  const descriptor = Object.getOwnPropertyDescriptor(target, key);
  // oxlint-disable-next-line typescript/unbound-method -- called with an explicit `this`
  const original: unknown = descriptor?.get;
  if (typeof original !== "function") return;
  Object.defineProperty(target, key, {
    ...descriptor,
    get(this: object): unknown {
      return get(() => Reflect.apply(original, this, []) as unknown, this);
    },
  });
}

/**
 * Puts a method in the place of the browser's; it is given that one, the arguments, and what it was called on. Does
 * nothing where the browser has no such method.
 */
export function replaceMethod<On extends object>(
  target: On,
  key: string,
  call: (original: (...args: unknown[]) => unknown, args: readonly unknown[], on: On) => unknown,
): void {
  const original: unknown = Reflect.get(target, key);
  if (typeof original !== "function") return;
  Object.defineProperty(target, key, {
    configurable: true,
    writable: true,
    value(this: On | undefined, ...args: unknown[]): unknown {
      return call((...given) => Reflect.apply(original, this, given) as unknown, args, this ?? target);
    },
  });
}

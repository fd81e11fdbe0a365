/* oxlint-disable typescript/unbound-method -- kept to be called with an explicit `this` */
/** The browser's own functions, kept before anything is replaced. */
export const native = {
  setTimeout: window.setTimeout.bind(window),
  requestAnimationFrame: window.requestAnimationFrame.bind(window),
  Date: window.Date,
  Promise: window.Promise,
  pause: Animation.prototype.pause,
  play: Animation.prototype.play,
  finish: Animation.prototype.finish,
  reverse: Animation.prototype.reverse,
  currentTime: accessor(Animation.prototype, "currentTime"),
  startTime: accessor(Animation.prototype, "startTime"),
  playState: accessor(Animation.prototype, "playState"),
  now: performance.now.bind(performance),
};

interface Accessor<T> {
  get(this: Animation): T;
  set(this: Animation, value: T): void;
}

function accessor<K extends "currentTime" | "startTime" | "playState">(
  target: Animation,
  key: K,
): Accessor<Animation[K]> {
  const { get, set } = Object.getOwnPropertyDescriptor(target, key) ?? {};
  if (!get) throw new Error(`This browser has no Animation.${key}.`);
  return { get, set: set ?? (() => undefined) };
}

const channel = new MessageChannel();
const waiting: (() => void)[] = [];
channel.port1.addEventListener("message", () => waiting.shift()?.());
channel.port1.start();

/** Lets every microtask that is due run, without waiting for real time. */
export function macrotask(): Promise<void> {
  return new Promise((resolve) => {
    waiting.push(resolve);
    channel.port2.postMessage(null);
  });
}

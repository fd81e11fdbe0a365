/* oxlint-disable typescript/unbound-method -- kept to be called with an explicit `this` */
/** The browser's own functions, kept before anything is replaced. */
export const native = {
  setTimeout: window.setTimeout.bind(window),
  requestAnimationFrame: window.requestAnimationFrame.bind(window),
  fetch: window.fetch.bind(window),
  Date: window.Date,
  Promise: window.Promise,
  pause: Animation.prototype.pause,
  play: Animation.prototype.play,
  finish: Animation.prototype.finish,
  currentTime: accessor<Animation, "currentTime">(Animation.prototype, "currentTime"),
  startTime: accessor<Animation, "startTime">(Animation.prototype, "startTime"),
  playState: accessor<Animation, "playState">(Animation.prototype, "playState"),
  timelineTime: accessor<AnimationTimeline, "currentTime">(AnimationTimeline.prototype, "currentTime"),
  replaceSync: CSSStyleSheet.prototype.replaceSync,
  now: performance.now.bind(performance),
};

interface Accessor<T, V> {
  get(this: T): V;
  set(this: T, value: V): void;
}

function accessor<T extends object, K extends keyof T & string>(target: T, key: K): Accessor<T, T[K]> {
  const { get, set } = Object.getOwnPropertyDescriptor(target, key) ?? {};
  if (!get) throw new Error(`This browser has no ${target.constructor.name}.${key}.`);
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

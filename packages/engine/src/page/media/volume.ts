import { finite } from "../tree/timing.ts";

/** HyperFrames' loudest, +12 dB. */
const MAX_VOLUME = 10 ** (12 / 20);

/** What scripts have set. */
const volumes = new WeakMap<HTMLMediaElement, number>();
const unmuted = new WeakSet<HTMLMediaElement>();
let isSet = false;

type Get = (this: HTMLMediaElement) => unknown;
type Set = (this: HTMLMediaElement, value: unknown) => void;

/** Puts a setter, and a getter where one is given, before the browser's own. */
function wrap(
  key: "volume" | "muted",
  set: (on: HTMLMediaElement, value: unknown, original: Set) => void,
  get?: (on: HTMLMediaElement) => unknown,
): void {
  const target = HTMLMediaElement.prototype;
  const descriptor = Object.getOwnPropertyDescriptor(target, key);
  // oxlint-disable-next-line typescript/unbound-method -- called with an explicit `this`
  const { get: ownGet, set: ownSet } = descriptor ?? {};
  if (!ownGet || !ownSet) return;
  Object.defineProperty(target, key, {
    ...descriptor,
    get(this: HTMLMediaElement): unknown {
      return get ? get(this) : Reflect.apply(ownGet as Get, this, []);
    },
    set(this: HTMLMediaElement, value: unknown) {
      isSet = true;
      set(this, value, ownSet);
    },
  });
}

/**
 * Takes down what scripts set. An animation may overshoot, and begins with what `data-volume` says: the browser would
 * throw, and begin with 1.
 */
export function installVolume(): void {
  wrap(
    "volume",
    (media, value, original) => {
      const volume = Number(value);
      if (Number.isFinite(volume)) volumes.set(media, Math.min(Math.max(0, volume), MAX_VOLUME));
      else Reflect.apply(original, media, [value]);
    },
    volumeOf,
  );
  wrap("muted", (media, value, original) => {
    if (value === false) unmuted.add(media);
    Reflect.apply(original, media, [value]);
  });
}

/** How loud an element is: as a script has set it, else by its attribute. */
export function volumeOf(media: HTMLMediaElement): number {
  return volumes.get(media) ?? Math.max(0, finite(media.getAttribute("data-volume")) ?? 1);
}

export function isMuted(media: HTMLMediaElement): boolean {
  // Of an element that a script makes, the attribute alone mutes nothing in a browser, and was meant to.
  const byAttribute = media.defaultMuted && !unmuted.has(media);
  return media.muted || byAttribute || media.closest("[data-hidden]") !== null;
}

/** A script that may set a volume when the time comes. */
const MAY_SET = /\.(?:volume|muted)\b|\b(?:volume|muted)\s*:|["'](?:volume|muted)["']/;

let mayBeSet = false;

/** Looks into the text of a script that is about to run, or has. */
export function noteScript(text: string): void {
  mayBeSet ||= MAY_SET.test(text);
}

/** Whether volumes may change while the video runs. `load` reads a script of the project. */
export function mayVolumesChange(load: (url: string) => string): boolean {
  if (isSet || mayBeSet) return true;
  for (const script of document.scripts) {
    if (script.src === "") noteScript(script.text);
    else if (script.src.startsWith(`${location.origin}/`)) noteScript(load(script.src));
  }
  return mayBeSet;
}

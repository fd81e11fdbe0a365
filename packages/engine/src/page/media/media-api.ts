import { replaceGetter, replaceMethod } from "../replace.ts";
import { nextId } from "../timers.ts";
import { pause, play, startOpening, tell } from "./media-clock.ts";
import {
  durationOf,
  goOnFrom,
  type MediaState,
  positionOf,
  stateOf,
  type VideoFrameCallback,
} from "./media-state.ts";
import { noteRead, setPoster, showPicture } from "./pictures.ts";

/** What scripts see of sound and video elements: files that are there in full, and the composition's time. */

/** A script that moves an element to about where it is does the same as its attributes do. */
const FOLLOWED_SECONDS = 0.1;

const HAVE_NOTHING = 0;
const HAVE_ENOUGH_DATA = 4;
const NETWORK_EMPTY = 0;
const NETWORK_IDLE = 1;
const NETWORK_LOADING = 2;
const NETWORK_NO_SOURCE = 3;
const NOT_SUPPORTED = 4;

function networkState({ url, file, fault }: MediaState): number {
  if (url === null) return NETWORK_EMPTY;
  if (fault) return NETWORK_NO_SOURCE;
  return file ? NETWORK_IDLE : NETWORK_LOADING;
}

/** The whole file, or nothing. */
function ranges(state: MediaState): TimeRanges {
  const end = state.file ? durationOf(state) : 0;
  const at = (value: number) => (index: number) => {
    if (index !== 0 || end === 0) throw new DOMException("There is no such range.", "IndexSizeError");
    return value;
  };
  return { length: end > 0 ? 1 : 0, start: at(0), end: at(end) };
}

function errorOf({ fault }: MediaState): object | null {
  return fault && { code: NOT_SUPPORTED, message: fault.detail };
}

const STATE: Readonly<Record<string, (state: MediaState) => unknown>> = {
  currentTime: positionOf,
  duration: durationOf,
  paused: ({ isPaused }) => isPaused,
  ended: ({ isEnded }) => isEnded,
  seeking: ({ isSeeking }) => isSeeking,
  readyState: ({ file }) => (file ? HAVE_ENOUGH_DATA : HAVE_NOTHING),
  networkState,
  error: errorOf,
  currentSrc: ({ url }) => url ?? "",
  buffered: ranges,
  seekable: ranges,
  played: ranges,
};

/** Moves an element that scripts move. Its picture comes within the frame. */
async function seekTo(state: MediaState, seconds: number): Promise<void> {
  if (!Number.isFinite(seconds)) throw new TypeError("The value is not a finite number.");
  if (state.isSteered) {
    state.isMovedInVain ||= Math.abs(seconds - positionOf(state)) > FOLLOWED_SECONDS;
    return;
  }
  state.hasMoved = true;
  goOnFrom(state, Math.min(Math.max(0, seconds), durationOf(state) || Infinity));
  state.isEnded = false;
  if (!state.file) return;
  state.isSeeking = true;
  await Promise.resolve();
  tell(state, "seeking");
  const at = state.offsetSeconds;
  await showPicture(state, positionOf(state));
  if (at !== state.offsetSeconds) return;
  state.isSeeking = false;
  tell(state, "timeupdate", "seeked");
}

/** A getter of the state in the place of the browser's; its setter stays. */
function tellState(name: string, read: (state: MediaState) => unknown): void {
  replaceGetter(HTMLMediaElement.prototype, name, (_, on) =>
    on instanceof HTMLMediaElement ? read(stateOf(on)) : undefined,
  );
}

/** Has a setter call something besides, or instead. */
function replaceSetter(
  target: object,
  name: string,
  set: (on: HTMLMediaElement, value: unknown, original: (value: unknown) => void) => void,
): void {
  const descriptor = Object.getOwnPropertyDescriptor(target, name);
  // oxlint-disable-next-line typescript/unbound-method -- called with an explicit `this`
  const original: unknown = descriptor?.set;
  if (typeof original !== "function") return;
  Object.defineProperty(target, name, {
    ...descriptor,
    set(this: HTMLMediaElement, value: unknown) {
      set(this, value, (given) => void Reflect.apply(original, this, [given]));
    },
  });
}

/** Without a gesture, browsers let no page begin to sound. */
function mayPlay(state: MediaState): boolean {
  return state.isSteered || state.media instanceof HTMLVideoElement;
}

async function startPlaying(state: MediaState): Promise<void> {
  if (!mayPlay(state)) throw new DOMException("play() needs a gesture of a user.", "NotAllowedError");
  startOpening(state);
  if (state.fault) throw new DOMException("The file cannot be played.", "NotSupportedError");
  if (!state.isSteered) play(state);
}

function installPlayback(): void {
  const { prototype } = HTMLMediaElement;
  for (const [name, read] of Object.entries(STATE)) tellState(name, read);
  replaceSetter(prototype, "currentTime", (media, value) => void seekTo(stateOf(media), Number(value)));
  replaceSetter(prototype, "src", (media, value, original) => {
    original(value);
    startOpening(stateOf(media));
  });
  replaceMethod<HTMLMediaElement>(prototype, "setAttribute", (original, args, media) => {
    original(...args);
    if (args[0] === "src") startOpening(stateOf(media));
  });
  window.Audio = new Proxy(window.Audio, {
    construct: (target, args, newTarget) => {
      const audio: unknown = Reflect.construct(target, args, newTarget);
      if (audio instanceof HTMLMediaElement) startOpening(stateOf(audio));
      // oxlint-disable-next-line typescript/no-unsafe-return -- Reflect.construct is untyped; it returns the element
      return audio as HTMLAudioElement;
    },
  });
  replaceSetter(prototype, "playbackRate", (media, value, original) => {
    const state = stateOf(media);
    original(value);
    if (state.isSteered) return;
    goOnFrom(state, positionOf(state));
    state.rate = Number(value);
  });
  replaceMethod<HTMLMediaElement>(
    prototype,
    "fastSeek",
    (_, [seconds], media) => void seekTo(stateOf(media), Number(seconds)),
  );
  replaceMethod<HTMLMediaElement>(prototype, "play", (_, __, media) => startPlaying(stateOf(media)));
  replaceMethod<HTMLMediaElement>(prototype, "pause", (_, __, media) => {
    const state = stateOf(media);
    if (!state.isSteered) pause(state);
  });
  replaceMethod<HTMLMediaElement>(prototype, "load", (_, __, media) => {
    const state = stateOf(media);
    state.url = null;
    startOpening(state);
  });
}

/** The author's poster stands for the picture until the element plays or is moved. */
function installPoster(): void {
  const { prototype } = HTMLVideoElement;
  replaceGetter(prototype, "poster", (original, on) => {
    const state = on instanceof HTMLVideoElement ? stateOf(on) : null;
    if (!state || state.isPosterShown) return original();
    return state.poster === null ? "" : (URL.parse(state.poster, document.baseURI)?.href ?? state.poster);
  });
  replaceSetter(prototype, "poster", (media, value) => {
    const state = stateOf(media);
    state.poster = String(value);
    if (state.image !== null) return;
    state.isPosterShown = true;
    setPoster(state, state.poster);
  });
}

function installVideo(): void {
  const { prototype } = HTMLVideoElement;
  const size = (of: (state: MediaState) => number) => (_: unknown, on: object) =>
    on instanceof HTMLVideoElement ? of(stateOf(on)) : 0;
  replaceGetter(
    prototype,
    "videoWidth",
    size(({ file }) => file?.width ?? 0),
  );
  replaceGetter(
    prototype,
    "videoHeight",
    size(({ file }) => file?.height ?? 0),
  );
  replaceMethod<HTMLVideoElement>(prototype, "requestVideoFrameCallback", (_, [callback], video) => {
    noteRead();
    const id = nextId();
    stateOf(video).callbacks.set(id, callback as VideoFrameCallback);
    return id;
  });
  replaceMethod<HTMLVideoElement>(prototype, "cancelVideoFrameCallback", (_, [id], video) => {
    stateOf(video).callbacks.delete(Number(id));
  });
  installPoster();
}

export function installMediaApi(): void {
  installPlayback();
  installVideo();
}

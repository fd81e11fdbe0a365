import type { MediaFault, MediaFile } from "../../page-protocol.ts";
import { now } from "../time.ts";
import { hushElement } from "./no-browser-media.ts";
import type { MediaPicture } from "./media-port.ts";

/** A frame callback that a script has asked for. */
export type VideoFrameCallback = (now: number, metadata: Readonly<Record<string, number>>) => void;

/** An element's time, of its own or by its `data-start`. */
export interface MediaState {
  readonly media: HTMLMediaElement;
  /** The address of the file that it shows or is about to. */
  url: string | null;
  file: MediaFile | null;
  fault: MediaFault | null;
  /** Whether the composition's time says where it is; else scripts do, and `autoplay`. */
  isSteered: boolean;
  /** Whether it has ever played, or was moved; and whether a script has tried to move what is not its own. */
  hasMoved: boolean;
  isMovedInVain: boolean;
  isPaused: boolean;
  isEnded: boolean;
  isSeeking: boolean;
  /** Its own time at `sinceMs` of virtual time. */
  offsetSeconds: number;
  sinceMs: number;
  rate: number;
  /** Where it goes on from at its end, when it loops. */
  loopStart: number;
  /** Whether the author's poster stands for its picture: until it has played, or was moved. */
  isPosterShown: boolean;
  /** The author's own. */
  poster: string | null;
  picture: MediaPicture | null;
  image: HTMLImageElement | null;
  /** Counts what was asked for: only the last picture is shown. */
  asked: number;
  /** How many pictures it has shown, and how many when its frame callbacks were last called. */
  presented: number;
  told: number;
  readonly callbacks: Map<number, VideoFrameCallback>;
}

/** In the address of every picture of a video. */
const PICTURES = "/__framewright/media/";

const states = new Map<HTMLMediaElement, MediaState>();

/** A copy of an element that shows a picture has that for its poster, which no author has given it. */
function authorsPoster(media: HTMLMediaElement): string | null {
  const poster = media.getAttribute("poster");
  return poster?.includes(PICTURES) === true ? null : poster;
}

/** The state of an element. It is known from then on, in the document or not. */
export function stateOf(media: HTMLMediaElement): MediaState {
  const known = states.get(media);
  if (known) return known;
  const poster = authorsPoster(media);
  const state: MediaState = {
    media,
    url: null,
    file: null,
    fault: null,
    isSteered: false,
    hasMoved: false,
    isMovedInVain: false,
    isPaused: true,
    isEnded: false,
    isSeeking: false,
    offsetSeconds: 0,
    sinceMs: now(),
    rate: 1,
    loopStart: 0,
    isPosterShown: poster !== null,
    poster,
    picture: null,
    image: null,
    asked: 0,
    presented: 0,
    told: 0,
    callbacks: new Map(),
  };
  states.set(media, state);
  hushElement(media);
  return state;
}

export function allStates(): MediaState[] {
  return [...states.values()];
}

export function durationOf({ file }: MediaState): number {
  return file ? file.durationSeconds : NaN;
}

/** A time of the file that may lie beyond its end: there it begins again, or stands. */
export function withinFile(state: MediaState, seconds: number): number {
  const end = durationOf(state);
  if (!(seconds >= end)) return Math.max(0, seconds);
  const { loopStart, media } = state;
  return media.loop && end > loopStart ? loopStart + ((seconds - loopStart) % (end - loopStart)) : end;
}

/** Where it would be by now, had the file no end. */
export function runningSeconds({ isPaused, offsetSeconds, sinceMs, rate }: MediaState): number {
  return isPaused ? offsetSeconds : offsetSeconds + ((now() - sinceMs) / 1000) * rate;
}

/** The second of its file that it is at. */
export function positionOf(state: MediaState): number {
  return withinFile(state, runningSeconds(state));
}

/** From now on it goes on from there. */
export function goOnFrom(state: MediaState, seconds: number): void {
  state.offsetSeconds = seconds;
  state.sinceMs = now();
}

import { LOCAL_PATIENCE_MS, track } from "../tracked-work.ts";
import type { MediaFault, MediaFile } from "../../page-protocol.ts";
import { type MediaPicture, pictureAt } from "./media-port.ts";
import type { MediaState } from "./media-state.ts";

/**
 * A video's picture is shown as its poster: so it lies in the element's own box, with its fit, filters and corners, and
 * no element comes into the document that an author's style or script could see.
 */
const poster = Object.getOwnPropertyDescriptor(HTMLVideoElement.prototype, "poster");
const imageSource = Object.getOwnPropertyDescriptor(HTMLImageElement.prototype, "src");
const BrowserImage = window.Image;

/** What is being loaded now. */
const loads = new Set<Promise<unknown>>();
/** On the way to a chunk's start nobody sees a picture but a script, which may keep it. */
let isSkipping = false;
let isRead = false;

/** A script draws pictures, or is told of each: from now on it gets all of them. */
export function noteRead(): void {
  isRead = true;
}

/** Whether frames on the way to a chunk's start take as long as others. */
export function readsPictures(): boolean {
  return isRead;
}

export function skipPictures(skips: boolean): void {
  isSkipping = skips;
}

export function setPoster({ media }: MediaState, url: string): void {
  poster?.set?.call(media, url);
}

function loadImage(url: string): Promise<HTMLImageElement | null> {
  return new Promise((resolve) => {
    const image = new BrowserImage();
    image.addEventListener("load", () => resolve(image), { once: true });
    image.addEventListener("error", () => resolve(null), { once: true });
    imageSource?.set?.call(image, url);
  });
}

/** A picture that was forgotten before it was taken is asked for again. */
const ASKED_AT_MOST = 4;

interface Found {
  readonly picture: MediaPicture;
  /** Null for the picture that is shown already. */
  readonly image: HTMLImageElement | null;
}

async function find(
  file: MediaFile,
  seconds: number,
  shown: string | undefined,
): Promise<Found | MediaFault> {
  for (let asked = 0; asked < ASKED_AT_MOST; asked++) {
    const picture = await pictureAt(file, seconds);
    if ("fault" in picture) return picture;
    if (picture.url === shown) return { picture, image: null };
    const image = await loadImage(picture.url);
    if (image) return { picture, image };
  }
  throw new Error(`The picture at second ${seconds} of a video did not come.`);
}

async function load(state: MediaState, seconds: number): Promise<void> {
  const { file } = state;
  if (file === null || file.width === 0) return;
  const number = ++state.asked;
  const found = await find(file, seconds, state.picture?.url);
  if (number !== state.asked) return;
  if ("fault" in found) {
    state.fault = found;
    return;
  }
  if (found.image) {
    state.image = found.image;
    state.presented++;
    setPoster(state, found.picture.url);
  }
  state.picture = found.picture;
}

function isShown(picture: MediaPicture | null, seconds: number): boolean {
  return picture !== null && seconds >= picture.from && seconds < picture.until;
}

/** Shows the picture of a second of the file. */
export async function showPicture(state: MediaState, seconds: number): Promise<void> {
  state.isPosterShown = false;
  if (isSkipping && !isRead && state.image !== null) return;
  if (isShown(state.picture, seconds)) {
    // What was asked for before must not come after.
    state.asked++;
    return;
  }
  const work = { name: `video: ${state.url?.slice(0, 120) ?? ""}`, patienceMs: LOCAL_PATIENCE_MS };
  const loading = track(load(state, seconds), work);
  loads.add(loading);
  try {
    await loading;
  } finally {
    loads.delete(loading);
  }
}

/** Resolves when all pictures that were asked for are there; fails when one does not come. */
export async function picturesShown(): Promise<void> {
  while (loads.size > 0) await Promise.all(loads);
}

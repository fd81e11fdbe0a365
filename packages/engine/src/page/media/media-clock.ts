import { allElements } from "../roots.ts";
import { localSeconds, type TreeNode } from "../tree/node.ts";
import { currentTree } from "../tree/tree.ts";
import type { MediaFile } from "../../page-protocol.ts";
import { isSteered, loopStartOf, sourceOf } from "./media-elements.ts";
import { hasMediaPort, openFile } from "./media-port.ts";
import {
  allStates,
  durationOf,
  goOnFrom,
  type MediaState,
  positionOf,
  runningSeconds,
  stateOf,
  withinFile,
} from "./media-state.ts";
import { picturesShown, setPoster, showPicture } from "./pictures.ts";
import { callBackForPictures } from "./video-frame-callbacks.ts";

/** What a file of this size takes in a layout, before there is a picture of it. */
function emptyPicture(width: number, height: number): string {
  return `data:image/svg+xml,%3Csvg xmlns='http://www.w3.org/2000/svg' width='${width}' height='${height}'/%3E`;
}

export function tell(state: MediaState, ...types: readonly string[]): void {
  for (const type of types) state.media.dispatchEvent(new Event(type));
}

function isLive({ media, isPaused }: MediaState): boolean {
  return media.isConnected || !isPaused;
}

/** Whether an element shows at the second that was last walked to. */
function isVisible(node: TreeNode | undefined): boolean {
  return node === undefined || (node.timed ? node.visible : (node.container?.visible ?? true));
}

function steer(state: MediaState, node: TreeNode, seconds: number): void {
  const isWithin = seconds >= node.from && seconds < node.to;
  state.rate = node.rate;
  state.loopStart = loopStartOf(node);
  goOnFrom(state, localSeconds(node, Math.min(seconds, node.to)));
  const isOver = !state.media.loop && state.offsetSeconds >= durationOf(state);
  const { isPaused, isEnded } = state;
  state.isPaused = !isWithin || isOver;
  state.isEnded = isOver;
  if (isPaused && !state.isPaused) tell(state, "play", "playing");
  if (!isEnded && isOver) tell(state, "ended");
}

/** A file that plays by itself and has come to its end. */
function endIfOver(state: MediaState): void {
  const end = durationOf(state);
  if (state.isPaused || state.media.loop || !(runningSeconds(state) >= end)) return;
  goOnFrom(state, end);
  state.isPaused = true;
  state.isEnded = true;
  tell(state, "timeupdate", "pause", "ended");
}

/** Whether its picture is needed: hidden ones are not drawn. */
function wantsPicture(state: MediaState, node: TreeNode | undefined): boolean {
  return state.file !== null && state.file.width > 0 && isVisible(node) && !state.isPosterShown;
}

/** Without a gesture, browsers let no page begin to sound. */
function isAuto({ media, isSteered, isPaused }: MediaState): boolean {
  return media.autoplay && !isSteered && isPaused && media instanceof HTMLVideoElement;
}

function wantsFirst(state: MediaState): boolean {
  return !state.isSteered && wantsPicture(state, currentTree().byElement.get(state.media));
}

function holdPlace(state: MediaState, { width, height }: MediaFile): void {
  if (width > 0 && !state.isPosterShown) setPoster(state, emptyPicture(width, height));
}

/** What an element shows when its file is there. */
async function begin(state: MediaState): Promise<void> {
  const { file } = state;
  if (file === null) return;
  holdPlace(state, file);
  tell(state, "durationchange", "loadedmetadata");
  if (wantsFirst(state)) await showPicture(state, positionOf(state));
  if (state.file !== file) return;
  tell(state, "loadeddata", "canplay", "canplaythrough");
  if (isAuto(state)) play(state);
}

/** Takes a file in the place of the one before. */
async function open(state: MediaState): Promise<void> {
  const url = sourceOf(state.media);
  if (url === state.url) return;
  Object.assign(state, { url, file: null, fault: null, picture: null, image: null, isPaused: true });
  Object.assign(state, { isEnded: false, offsetSeconds: 0 });
  state.asked++;
  if (url === null) return;
  tell(state, "loadstart");
  const opened = await openFile(url);
  if (state.url !== url) return;
  if ("fault" in opened) {
    state.fault = opened;
    tell(state, "error");
    return;
  }
  // What is only heard shows no picture of its file.
  state.file = state.media instanceof HTMLVideoElement ? opened : { ...opened, width: 0, height: 0 };
  await begin(state);
}

/** Lets it play on the composition's time. */
export function play(state: MediaState): void {
  if (!state.isPaused) return;
  if (state.isEnded) goOnFrom(state, 0);
  else goOnFrom(state, state.offsetSeconds);
  state.isPaused = false;
  state.hasMoved = true;
  state.isEnded = false;
  state.isPosterShown = false;
  tell(state, "play", "playing");
}

export function pause(state: MediaState): void {
  if (state.isPaused) return;
  goOnFrom(state, positionOf(state));
  state.isPaused = true;
  tell(state, "timeupdate", "pause");
}

const opening = new Map<string | null, Set<MediaState>>();

function openAll(): void {
  if (!hasMediaPort()) return;
  for (const media of [...allElements("video"), ...allElements("audio")]) {
    const state = stateOf(media);
    if (sourceOf(media) !== state.url) startOpening(state);
  }
}

/** Opens a file in its own time; frames wait for it. */
export function startOpening(state: MediaState): void {
  const url = sourceOf(state.media);
  if (url === state.url) return;
  const done = open(state);
  const states = opening.get(url) ?? new Set();
  opening.set(url, states.add(state));
  const end = (): void => {
    states.delete(state);
    if (states.size === 0) opening.delete(url);
  };
  done.then(end, end);
}

/** Files that are being opened, named for a person. */
export function openingMedia(): string[] {
  openAll();
  return [...opening.keys()].map((url) => `media: ${(url ?? "").slice(0, 120)}`);
}

/** Brings every element to a second of the video, and has its picture shown. */
export async function moveMedia(seconds: number): Promise<void> {
  openAll();
  const { byElement } = currentTree();
  for (const state of allStates().filter(isLive)) {
    const node = byElement.get(state.media);
    state.isSteered = node !== undefined && isSteered(node);
    if (state.isSteered && node) steer(state, node, seconds);
    else endIfOver(state);
    if (!state.isPaused) state.isPosterShown = false;
    if (!state.isPaused) tell(state, "timeupdate");
    if (wantsPicture(state, node)) void showPicture(state, withinFile(state, runningSeconds(state)));
  }
  await picturesShown();
  callBackForPictures();
}

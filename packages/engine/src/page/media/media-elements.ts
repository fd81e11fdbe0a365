import type { MediaElement } from "../../page-protocol.ts";
import { selectorOf } from "../findings/selector.ts";
import type { TreeNode } from "../tree/node.ts";
import { finite } from "../tree/timing.ts";
import { currentTree } from "../tree/tree.ts";
import { isMuted, volumeOf } from "./volume.ts";

/** Where an element's file is, as the browser would ask for it; null for one that names none. */
export function sourceOf(media: HTMLMediaElement): string | null {
  const named = media.hasAttribute("src") ? media : media.querySelector<HTMLSourceElement>("source[src]");
  const source = named?.getAttribute("src") ?? "";
  return source === "" ? null : (URL.parse(source, document.baseURI)?.href ?? null);
}

function hasAudioOf(media: HTMLMediaElement): boolean | null {
  const text = media.getAttribute("data-has-audio");
  return text === null ? null : text !== "false";
}

function secondsOf(media: HTMLMediaElement, attribute: string): number {
  return Math.max(0, finite(media.getAttribute(attribute)) ?? 0);
}

/** The seconds of the video in which an element and everything around it show; the end is Infinity where nothing says it. */
function shownSpan(node: TreeNode): { from: number; to: number } {
  let { from, to } = node;
  for (let around = node.container; around; around = around.container) {
    from = Math.max(from, around.from);
    to = Math.min(to, around.to);
  }
  return { from: Math.max(0, from), to };
}

/** What HyperFrames takes for timed besides `data-start`: it plays from its composition's beginning on. */
const TIMING = "[data-duration], [data-end], [data-media-start], [data-playback-start], [data-track-index]";

/** Whether the composition's time says where an element is; otherwise scripts do, and `autoplay`. */
export function isSteered({ timed, element }: TreeNode): boolean {
  return timed || element.matches(TIMING);
}

/** The second of its file from which an element plays again at its end. */
export function loopStartOf(node: TreeNode): number {
  return isSteered(node) ? node.contentStart : 0;
}

function read(media: HTMLMediaElement, node: TreeNode): MediaElement {
  const { from, to } = shownSpan(node);
  // What is not timed itself begins with what it lies in.
  const lateSeconds = node.timed ? from - node.from : 0;
  return {
    kind: media instanceof HTMLVideoElement ? "video" : "audio",
    selector: selectorOf(media),
    src: sourceOf(media),
    timed: isSteered(node),
    start: from,
    end: Number.isFinite(to) ? to : null,
    mediaStart: node.contentStart + lateSeconds * node.rate,
    loopStart: loopStartOf(node),
    rate: node.rate,
    loop: media.loop,
    autoplay: media.autoplay,
    muted: isMuted(media),
    volume: volumeOf(media),
    hasAudio: hasAudioOf(media),
    fadeIn: secondsOf(media, "data-fade-in"),
    fadeOut: secondsOf(media, "data-fade-out"),
  };
}

/** Every `<audio>` and `<video>` of the document and its shadow trees, as it is now. */
export function mediaElements(): MediaElement[] {
  return currentTree().nodes.flatMap((node) =>
    node.element instanceof HTMLMediaElement ? [read(node.element, node)] : [],
  );
}

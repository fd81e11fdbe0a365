import type { Declarations, PageProblem } from "../../page-protocol.ts";
import type { PageFinding } from "../../page-findings.ts";
import { selectorOf } from "../findings/selector.ts";
import { currentTree } from "../tree/tree.ts";
import { isSteered } from "./media-elements.ts";
import { allStates, type MediaState } from "./media-state.ts";

const MAX_TOLD = 5;
const MAX_ADDRESS = 120;

/** A file as its author knows it. */
function nameOf(url: string | null): string {
  if (url === null) return "nothing";
  const isOwn = url.startsWith(`${location.origin}/`);
  const name = isOwn ? decodeURI(url.slice(location.origin.length + 1)) : url;
  return name.length > MAX_ADDRESS ? `${name.slice(0, MAX_ADDRESS)}…` : name;
}

function videos(): MediaState[] {
  return allStates().filter(({ media }) => media instanceof HTMLVideoElement && media.isConnected);
}

/** Videos that cannot be shown. */
export function mediaProblems(): PageProblem[] {
  return videos().flatMap(({ media, url, fault }) =>
    fault
      ? [{ code: fault.fault, detail: `${selectorOf(media)} shows ${nameOf(url)}, but ${fault.detail}.` }]
      : [],
  );
}

/** What is known of videos when the page is planned. */
export function mediaWarnings(): Declarations["warnings"] {
  return videos()
    .filter(({ file }) => file?.isHdr === true)
    .slice(0, MAX_TOLD)
    .map(({ media, url }) => ({
      code: "media-hdr",
      message: `The colours of ${nameOf(url)}, which ${selectorOf(media)} shows, are brighter than the video can be: they are toned down.`,
      remedy: "Nothing, or bring a copy in the usual colours (BT.709).",
    }));
}

/** What scripts want of videos and do not get, and videos that nobody plays. */
export function mediaFindings(): PageFinding[] {
  const { byElement } = currentTree();
  return videos()
    .slice(0, MAX_TOLD)
    .flatMap((state): PageFinding[] => {
      const { media, isMovedInVain, hasMoved, file } = state;
      const selector = selectorOf(media);
      const node = byElement.get(media);
      if (isMovedInVain)
        return [
          {
            code: "media-steered",
            severity: "info",
            message: `A script moves ${selector}, which plays by its data-start: it stays with the composition's time.`,
            remedy:
              "Leave it to its attributes; without data-start and data-duration it is the script's to play.",
            selector,
          },
        ];
      if (file === null || hasMoved || (node && isSteered(node)) || media.hasAttribute("poster")) return [];
      return [
        {
          code: "media-still",
          severity: "warning",
          message: `Nothing plays ${selector}: it shows its first picture.`,
          remedy: 'Give it data-start, as in data-start="0", or autoplay.',
          selector,
        },
      ];
    });
}

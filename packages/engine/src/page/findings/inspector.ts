import type { Inspector, PageFinding, PageFindings } from "../../page-findings.ts";
import { mediaFindings } from "../media/media-told.ts";
import { currentTree } from "../tree/tree.ts";
import { backdrops } from "./backdrops.ts";
import { declaredContent, declaredMotion } from "./declared-content.ts";
import { earlyImages } from "./early-images.ts";
import { failedImages, lookAtImages } from "./failed-images.ts";
import { keepLoaded, reloads } from "./reloads.ts";
import { installTaintedCanvas, taintedCanvases } from "./tainted-canvas.ts";
import { TextWatch } from "./text-watch.ts";
import { unknownAttributes } from "./unknown-attributes.ts";
import { installUnsupportedApis, unsupportedApis } from "./unsupported-apis.ts";
import { unsupportedElements } from "./unsupported-elements.ts";

/** More borders than this are those of a text's letters, not of scenes. */
const MAX_BORDERS = 400;

export function installFindings(): void {
  installTaintedCanvas();
  installUnsupportedApis();
  keepLoaded();
}

function clipBorders(): number[] {
  const borders = currentTree()
    .clips.flatMap(({ from, to }) => [from, to])
    .filter(Number.isFinite);
  return [...new Set(borders)].toSorted((a, b) => a - b).slice(0, MAX_BORDERS);
}

/** What a page does with the browser's own functions may break a look: then it tells less, and says so. */
class Looks {
  #failure: string | null = null;

  try<T>(look: () => T, otherwise: T): T {
    try {
      return look();
    } catch (error) {
      this.#failure ??= error instanceof Error ? error.message : typeof error;
      return otherwise;
    }
  }

  told(): PageFinding[] {
    if (this.#failure === null) return [];
    return [
      {
        code: "findings-incomplete",
        severity: "info",
        message: `The page could not be looked at in full: ${this.#failure.slice(0, 200)}`,
        remedy:
          "Look at the video yourself; a script of the page may have replaced functions of the browser.",
      },
    ];
  }
}

const TOLD = [
  unsupportedElements,
  mediaFindings,
  earlyImages,
  unsupportedApis,
  unknownAttributes,
  failedImages,
  taintedCanvases,
  reloads,
] as const;

/** Looks at the page from within, for what may be wrong with its picture. `inner` are the pages in its frames. */
export function createInspector(inner: () => readonly Inspector[]): Inspector {
  const looks = new Looks();
  const texts = new TextWatch();
  /** Kinds that were seen: an animation that has ended is not there any more. */
  const motion = new Set<string>();
  const noteMotion = (): void => {
    for (const kind of looks.try(declaredMotion, [])) motion.add(kind);
  };
  const findings = (): PageFindings => {
    const told = [
      ...TOLD.flatMap((tell) => looks.try(tell, [])),
      ...looks.try(() => inner().flatMap((each) => each.findings().told), []),
    ];
    noteMotion();
    const facts = looks.try(() => texts.facts(), { cut: [], clear: [], overlapping: [] });
    const content = [...looks.try(declaredContent, []), ...motion];
    return {
      content,
      backdrops: looks.try(backdrops, []),
      motion: [...motion],
      told: [...told, ...looks.told()],
      texts: facts,
    };
  };
  return {
    findings,
    clipBorders: () => {
      noteMotion();
      return looks.try(clipBorders, []);
    },
    look: (follows) => {
      noteMotion();
      looks.try(() => {
        if (!follows) texts.lookAway();
        texts.look();
        lookAtImages();
      }, undefined);
    },
  };
}

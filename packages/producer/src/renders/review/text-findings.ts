import type { Warning } from "@framewright/contract";
import type { CutText } from "@framewright/engine";

import type { ChunkFindings } from "./chunk-findings.ts";

function isElsewhere(a: CutText, b: CutText): boolean {
  return Math.abs(a.box.x - b.box.x) > 2 || Math.abs(a.box.y - b.box.y) > 2;
}

/** Texts that the picture's edge cuts wherever they are seen at rest: what is whole elsewhere, or in another place, comes and goes. */
function cutWarnings(chunks: readonly ChunkFindings[]): Warning[] {
  const clear = new Set(chunks.flatMap(({ inspection }) => inspection.texts.clear));
  const all = chunks.flatMap(({ inspection }) => inspection.texts.cut);
  return chunks.flatMap(({ picture, inspection }) =>
    inspection.texts.cut
      .filter(
        (cut) =>
          !clear.has(cut.key) && !all.some((other) => other.key === cut.key && isElsewhere(cut, other)),
      )
      .map(({ selector, text, box, pixels }): Warning => ({
        code: "text-cut",
        severity: "warning",
        message: `The text "${text}" reaches beyond the edge of the picture, and is cut there.`,
        remedy: "Make it smaller, let it break into lines, or move it inwards.",
        frames: { startFrame: picture.startFrame, endFrame: picture.endFrame },
        selector,
        box,
        measured: { pixels },
      })),
  );
}

function overlapWarnings(chunks: readonly ChunkFindings[]): Warning[] {
  return chunks.flatMap(({ picture, inspection }) =>
    inspection.texts.overlapping.map(({ selectors, texts, box, percent }): Warning => ({
      code: "text-overlap",
      severity: "warning",
      message: `The text "${texts[0]}" lies on the text "${texts[1]}" of ${selectors[1]}.`,
      remedy: "Move one of them, or let it show when the other has gone.",
      frames: { startFrame: picture.startFrame, endFrame: picture.endFrame },
      selector: selectors[0],
      box,
      measured: { percent },
    })),
  );
}

/** What is wrong with texts at rest. */
export function textWarnings(chunks: readonly ChunkFindings[]): Warning[] {
  return [...cutWarnings(chunks), ...overlapWarnings(chunks)];
}

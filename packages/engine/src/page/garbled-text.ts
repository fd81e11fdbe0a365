import type { Declarations } from "../page-protocol.ts";

/** Stands for bytes that are no character in the document's encoding. */
const REPLACEMENT = "\uFFFD";
const SHOWN_LENGTH = 40;

/** Tells of text that was read in an encoding in which it was not written. */
export function garbledText(): Declarations["warnings"] {
  const isShown = (node: Node): boolean => !/^(script|style)$/i.test(node.parentNode?.nodeName ?? "");
  const texts = document.createTreeWalker(document, NodeFilter.SHOW_TEXT);
  for (let node = texts.nextNode(); node; node = texts.nextNode()) {
    const text = node.nodeValue ?? "";
    if (!text.includes(REPLACEMENT) || !isShown(node)) continue;
    const at = Math.max(0, text.indexOf(REPLACEMENT) - SHOWN_LENGTH / 2);
    const part = text.slice(at, at + SHOWN_LENGTH).trim();
    return [
      {
        code: "text-garbled",
        message: `The page was read as ${document.characterSet}, which it is not written in: "${part}".`,
        remedy:
          "Save the file as UTF-8, or declare its encoding with <meta charset> at the start of its head.",
      },
    ];
  }
  return [];
}

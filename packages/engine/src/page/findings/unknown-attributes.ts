import type { PageFinding } from "../../page-findings.ts";
import { selectorOf } from "./selector.ts";

/** What elements of a composition may say, here or where it was made for. */
const KNOWN = [
  "automation",
  "audio-group",
  "color-grading",
  "composition-id",
  "composition-src",
  "composition-variables",
  "duration",
  "end",
  "fade-in",
  "fade-out",
  "fx-chain",
  "has-audio",
  "height",
  "layer",
  "media-start",
  "no-timeline",
  "playback-rate",
  "playback-start",
  "start",
  "track-index",
  "var-src",
  "var-text",
  "variable-values",
  "vfx-chain",
  "volume",
  "width",
];
/** Words of their own, that pages use for something else. */
const OTHER_WORDS = new Set(["star", "state", "later", "lawyer", "layers", "weight", "volumes", "column"]);
/** Long names may be two letters off. */
const LONG_NAME = 11;
const MAX_TOLD = 10;
const MAX_ELEMENTS = 5_000;

/** How many letters have to be added, left out, changed, or exchanged with their neighbours. */
function distance(a: string, b: string): number {
  const rows: number[][] = [Array.from({ length: b.length + 1 }, (_, index) => index)];
  const at = (i: number, j: number): number => rows[i]?.[j] ?? Infinity;
  for (let i = 1; i <= a.length; i++) {
    rows[i] = [i];
    for (let j = 1; j <= b.length; j++) {
      const changed = at(i - 1, j - 1) + (a[i - 1] === b[j - 1] ? 0 : 1);
      const isExchange = a[i - 1] === b[j - 2] && a[i - 2] === b[j - 1];
      const exchanged = isExchange ? at(i - 2, j - 2) + 1 : Infinity;
      rows[i]?.push(Math.min(at(i - 1, j) + 1, at(i, j - 1) + 1, changed, exchanged));
    }
  }
  return at(a.length, b.length);
}

const meant = new Map<string, string | null>();

/** The known name that a name is a slip of; null when it is one itself, or something else altogether. */
function meantBy(name: string): string | null {
  const found = meant.get(name);
  if (found !== undefined) return found;
  const isOther = KNOWN.includes(name) || OTHER_WORDS.has(name);
  const nearest = isOther
    ? undefined
    : KNOWN.find((known) => {
        if (known.length < 5 || Math.abs(known.length - name.length) > 2) return false;
        return distance(name, known) <= (known.length >= LONG_NAME ? 2 : 1);
      });
  meant.set(name, nearest ?? null);
  return nearest ?? null;
}

/** Attributes that read like a known one with a slip of the hand: what they say is not heard. */
export function unknownAttributes(): PageFinding[] {
  const findings: PageFinding[] = [];
  for (const element of [...document.querySelectorAll("body, body *")].slice(0, MAX_ELEMENTS)) {
    for (const attribute of element.getAttributeNames()) {
      const known = attribute.startsWith("data-") ? meantBy(attribute.slice("data-".length)) : null;
      if (known === null || element.hasAttribute(`data-${known}`)) continue;
      if (findings.length >= MAX_TOLD) return findings;
      const selector = selectorOf(element);
      findings.push({
        code: "attribute-unknown",
        severity: "warning",
        message: `${selector} has the attribute ${attribute}, which means nothing here.`,
        remedy: `Write data-${known}, if that is what it should be.`,
        selector,
      });
    }
  }
  return findings;
}

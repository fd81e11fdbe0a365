/** What the page tells the engine of its picture. Types only: both sides import it. */

/** A rectangle in CSS pixels of the page. */
export interface FoundBox {
  readonly x: number;
  readonly y: number;
  readonly width: number;
  readonly height: number;
}

/** Something to tell of the page, as a warning of the render. */
export interface PageFinding {
  readonly code: string;
  readonly severity: "info" | "warning" | "error";
  readonly message: string;
  readonly remedy: string;
  readonly selector?: string;
  readonly box?: FoundBox;
}

/** A text that the picture's edge cuts, in every look at it. */
export interface CutText {
  /** The same in every chunk. */
  readonly key: string;
  readonly selector: string;
  readonly text: string;
  readonly box: FoundBox;
  /** How far it reaches beyond the edge. */
  readonly pixels: number;
}

/** Two texts that lie on each other, in every look at them; the upper one first. */
export interface OverlappingTexts {
  readonly selectors: readonly [string, string];
  readonly texts: readonly [string, string];
  readonly box: FoundBox;
  /** How much of the smaller one lies in both. */
  readonly percent: number;
}

/** What texts look like that are at rest. */
export interface TextFacts {
  readonly cut: readonly CutText[];
  /** Keys of texts that are whole, or not always at the same place. */
  readonly clear: readonly string[];
  readonly overlapping: readonly OverlappingTexts[];
}

export interface PageFindings {
  /** Kinds of content that the page declares. */
  readonly content: readonly string[];
  /** Colours, as in "#008080", that are seen where it draws nothing. */
  readonly backdrops?: readonly string[];
  /** Kinds of motion that it declares. */
  readonly motion: readonly string[];
  readonly told: readonly PageFinding[];
  readonly texts: TextFacts;
}

/** Looks at the page for what may be wrong with its picture. */
export interface Inspector {
  /** Seconds at which clips begin or end, in order. */
  clipBorders(): readonly number[];
  /** Looks at the present frame; `follows` when the last look was at the frame before. */
  look(follows: boolean): void;
  /** What there is to tell by now. */
  findings(): PageFindings;
}

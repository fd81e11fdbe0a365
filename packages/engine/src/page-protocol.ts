/** What the engine and the page runtime tell each other. Types only: both sides import it. */

/** Given to the runtime when the page is served. */
export interface PageConfig {
  /** Overrides of the composition's variables, by id. */
  readonly variables: Readonly<Record<string, unknown>>;
  readonly fps: { readonly num: number; readonly den: number };
  /** The request says how long the composition is, should that not: no time passes for it to do so. */
  readonly isLengthGiven?: boolean;
}

/** A number as the page holds it, as text: JSON has no NaN and no Infinity. */
export interface DeclaredNumber {
  readonly type: string;
  readonly text: string;
}

export type DurationSource = "attribute" | "timeline" | "hf" | "animations";

export interface DeclaredDuration {
  readonly source: DurationSource;
  readonly seconds: DeclaredNumber;
}

/** What a page says of itself. Nothing here has been checked yet. */
export interface Declarations {
  readonly compositionId: string | null;
  readonly width: string | null;
  readonly height: string | null;
  /** In order of precedence. */
  readonly durations: readonly DeclaredDuration[];
  /** Endless repeats that were found, described for a person. */
  readonly endless: readonly string[];
  readonly variablesError: string | null;
  /** Milliseconds of virtual time that passed before the page had declared itself. */
  readonly leadInMs: number;
  readonly warnings: readonly { code: string; message: string; remedy: string }[];
}

/** After a step: what the frame still waits for before it may be captured. Empty when it is complete. */
export type Pending = readonly string[];

/** The page side, as `window.__framewright`. */
export interface PageRuntime {
  /** What the page waits for before it is ready, e.g. "font: Inter 700". */
  pending(): Pending;
  /** Advances virtual time by one 60th of a second while the page has not declared itself. False when it has, or after 10 s. */
  leadIn(): Promise<boolean>;
  declarations(): Declarations;
  /** Steps through every frame up to `frame`, and says what it still waits for. */
  stepTo(frame: number): Promise<Pending>;
  /** Steps towards `frame` as far as no frame of the browser is needed in between, and says where it is: one step at least. */
  skipTo(frame: number): Promise<number>;
  /** Delays readiness, or the current frame, until the promise settles. For compositions. */
  waitUntil(promise: PromiseLike<unknown>, label?: string): void;
}

import type { Inspector } from "./page-findings.ts";

/** What the engine and the page runtime tell each other. Types only: both sides import it. */

/** Given to the runtime when the page is served. */
export interface PageConfig {
  /** Overrides of the composition's variables, by id. */
  readonly variables: Readonly<Record<string, unknown>>;
  readonly fps: { readonly num: number; readonly den: number };
  /** The request says how long the composition is, should that not: no time passes for it to do so. */
  readonly isLengthGiven?: boolean;
  /** Where the pictures of videos are asked for. (Default: media are the browser's own.) */
  readonly mediaUrl?: string;
}

/** A number as the page holds it, as text: JSON has no NaN and no Infinity. */
export interface DeclaredNumber {
  readonly type: string;
  readonly text: string;
}

export type DurationSource = "attribute" | "timeline" | "hf" | "clips" | "animations";

export interface DeclaredDuration {
  readonly source: DurationSource;
  readonly seconds: DeclaredNumber;
}

/** Something in the document that cannot be rendered as it is meant. */
export interface PageProblem {
  readonly code: "nested-invalid" | "start-invalid" | "timeline-invalid" | MediaFault["fault"];
  readonly detail: string;
}

/** A value of the request that does not fit what the composition declares. */
export interface VariableIssue {
  readonly id: string;
  /** The declared ids, where this one is not among them. */
  readonly known: readonly string[];
  /** Why the value does not fit, where the id is declared. */
  readonly misfit: string | null;
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
  readonly variableIssues: readonly VariableIssue[];
  readonly problems: readonly PageProblem[];
  /** Milliseconds of virtual time that passed before the page had declared itself. */
  readonly leadInMs: number;
  readonly warnings: readonly { code: string; message: string; remedy: string }[];
}

/** What a page or a frame still waits for, named for a person, e.g. "font: Inter 700". */
export interface PendingWork {
  /** What the browser loads, decodes or computes. */
  readonly loading: readonly string[];
  /** Promises of the composition. */
  readonly awaited: readonly string[];
}

/** Before frame 0: ready for it, moved on by a step of virtual time, or at a stand since no more time may pass. */
export type LeadIn = "ready" | "moved" | "stands";

/** How texts of the page use fonts: those of one list of families. */
export interface FontUse {
  /** An element that has such a text, named for a person. */
  readonly element: string;
  /** The list of families, in its order. */
  readonly families: readonly string[];
  /** Those of the list that the page brings, by itself or by a link. */
  readonly own: readonly string[];
  /** Those that it would bring, had their files come. */
  readonly failed: readonly string[];
  /** Characters that no font has. */
  readonly missing: readonly string[];
}

/** Among what a page waits for: that the engine shows it shadow trees which scripts cannot find. */
export type HiddenTrees = "hidden shadow trees";

/**
 * An `<audio>` or `<video>` of the page. Times are seconds of the video: what is around the element has been reckoned
 * in. At second `t`, from `start` on, it is at second `mediaStart + (t - start) * rate` of its file.
 */
export interface MediaElement {
  readonly kind: "audio" | "video";
  readonly selector: string;
  /** Address of its file; null where it names none. */
  readonly src: string | null;
  /** Whether it plays by its `data-start`; otherwise only when the page or `autoplay` starts it. */
  readonly timed: boolean;
  readonly start: number;
  /** Exclusive; null where nothing says when it ends. */
  readonly end: number | null;
  readonly mediaStart: number;
  /** The second of its file from which it plays again, with `loop`. */
  readonly loopStart: number;
  /** Seconds of its file that pass in one second of the video. */
  readonly rate: number;
  readonly loop: boolean;
  readonly autoplay: boolean;
  readonly muted: boolean;
  /** 1 is as loud as the file. */
  readonly volume: number;
  /** What it says itself of having sound; null where it says nothing. */
  readonly hasAudio: boolean | null;
  /** Seconds after its start, and before its end, in which it grows louder and fainter. */
  readonly fadeIn: number;
  readonly fadeOut: number;
}

/** A file of sound or pictures, as it was found by looking at it. */
export interface MediaFile {
  /** Under which its pictures are asked for. */
  readonly id: string;
  /** Of its pictures, as they are shown; 0 for a file that has none. */
  readonly width: number;
  readonly height: number;
  readonly durationSeconds: number;
  /** Its pictures are brighter than a screen shows, and toned down. */
  readonly isHdr?: boolean;
}

/** Why a file cannot be played; the detail is the end of a sentence. */
export interface MediaFault {
  readonly fault: "media-missing" | "media-invalid" | "media-too-large";
  readonly detail: string;
}

/** The picture of a second of a file, and for which seconds it is the one: the end is exclusive, null at the file's end. */
export interface MediaAnswer {
  /** Of the picture's file. */
  readonly name: string;
  readonly from: number;
  readonly until: number | null;
}

/** A gain from a second of the video on; linear up to the next one. */
export interface GainPoint {
  readonly at: number;
  readonly gain: number;
}

/** How loud an element was, at the frames that were stepped to. */
export interface SoundLevels {
  readonly selector: string;
  readonly points: readonly GainPoint[];
}

/** The page side, as `window.__framewright`. */
export interface PageRuntime {
  pending(): PendingWork;
  /** Advances virtual time by one 60th of a second while the page has not declared itself or awaits a promise, at most by 10 s. */
  leadIn(): Promise<LeadIn>;
  /** Lets time pass within the frame that was stepped to, for the promises that delay it. */
  linger(moves?: boolean): Promise<PendingWork>;
  /** What keeps a step from ending. */
  busyWith(): readonly string[];
  declarations(): Declarations;
  /** The sound and video elements of the page, as they are now. */
  mediaElements(): readonly MediaElement[];
  /** Whether scripts may change how loud they are while the video runs. */
  mayVolumesChange(): boolean;
  /** From now on, how loud each element is is taken down at every frame. */
  recordLevels(): void;
  recordedLevels(): readonly SoundLevels[];
  /** How the page's texts use fonts, as they are now. */
  fontUse(): readonly FontUse[];
  /** Steps through every frame up to `frame`; with `moves`, the next one takes moving images on. It says what it still waits for. */
  stepTo(frame: number, moves?: boolean): Promise<readonly string[]>;
  /**
   * From before the first frame, goes to `frame` at once, by frame 0, where nothing seems to count frames. It says where it
   * is: at -1 or 0 where it must be stepped on.
   */
  jumpTo(frame: number): Promise<number>;
  /** Steps towards `frame` as far as no frame of the browser is needed in between, and says where it is: one step at least. */
  skipTo(frame: number, moves?: boolean): Promise<number>;
  /** Whether the browser has to draw the frame that was stepped to, for what only its frames bring. */
  needsFrames(): boolean;
  /** Takes up a shadow tree that scripts cannot find. */
  addRoot(root: object): void;
  /** Says that the trees which may be hidden are about to be looked for: those that come later are others. */
  rootsShown(): void;
  readonly inspector: Inspector;
  /** Delays readiness, or the current frame, until the promise settles. For compositions. */
  waitUntil(promise: PromiseLike<unknown>, label?: string): void;
}

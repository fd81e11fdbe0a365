import type { Chunk, Fps, Quality } from "@framewright/contract";

import type { BrowserBinary } from "./browser/find-browser.ts";
import type { PageNews } from "./browser/seen.ts";
import type { CaptureId } from "./capture/port.ts";
import type { FfmpegBinaries } from "./encode/find-ffmpeg.ts";
import type { Inspection } from "./findings/inspect.ts";
import type { PictureFacts } from "./findings/picture-facts.ts";
import type { Output } from "./outputs/record.ts";

/** How frames are taken from a browser. */
export interface Capture {
  readonly id: CaptureId;
  /** Why it is not the fastest way, as the end of a sentence that begins with the browser; null where it is. */
  readonly reason: string | null;
}

/** The programs that the engine runs. */
export interface Tools {
  readonly browser: BrowserBinary;
  readonly sandbox: boolean;
  /** As far as the page's size allows it. */
  readonly capture: Capture;
  readonly ffmpeg: FfmpegBinaries;
  /** Names the programs: with others, equal inputs may give other pixels. */
  readonly version: string;
}

/** Where a page is, and how long it may take. */
export interface PageSource {
  /** Address of the entry file, on the snapshot's origin. */
  readonly url: string;
  readonly proxyPort: number;
  /** SHA-256 of the public key by which the proxy answers https itself, in base64. */
  readonly trustedKey?: string | undefined;
  /** The page runtime, for documents that no server sends: frames with `srcdoc`, say. */
  readonly script: string;
  /** Where a file that the page plays lies on this machine; null where there is none. (Default: nowhere.) */
  readonly fileOf?: ((url: URL) => Promise<string | null>) | undefined;
  readonly readyTimeoutMs: number;
  /** For one frame, from seek to picture. */
  readonly frameTimeoutMs: number;
}

export interface TaskContext {
  readonly tools: Tools;
  /** A folder of the task's own, removed by whoever made it. */
  readonly scratchDir: string;
  readonly signal: AbortSignal;
  readonly onWaiting?: ((what: string | null) => void) | undefined;
  /** Called with the end of the page's console, at most a few times a second. */
  readonly onConsole?: ((lines: readonly string[]) => void) | undefined;
  readonly onFrames?: ((framesDone: number) => void) | undefined;
}

/** The picture of a video: what a chunk must know. */
export interface Picture {
  readonly fps: Fps;
  /** CSS pixels. */
  readonly width: number;
  readonly height: number;
  readonly deviceScaleFactor: number;
  /** Pixels. */
  readonly videoWidth: number;
  readonly videoHeight: number;
  readonly quality: Quality;
  readonly output: Output;
}

export interface ChunkTask {
  readonly source: PageSource;
  readonly picture: Picture;
  readonly chunk: Chunk;
  /** The file to write. */
  readonly file: string;
  /** Another chunk follows: its first frame is drawn too, so that the seam can be proved. (Default: none does.) */
  readonly isFollowed?: boolean | undefined;
  /** A page that does not seem to count frames may be brought to the chunk's start at once: its seam proves that it was right. (Default: no.) */
  readonly mayJump?: boolean | undefined;
  /** Every frame before the chunk's first is drawn, as if it were taken too. (Default: they are stepped through.) */
  readonly withHistory?: boolean | undefined;
}

/** What a frame's picture is known by. */
export interface PictureMark {
  /** The same for the same pixels. */
  readonly name: string;
  /** What it roughly looks like, for `isAlike`; null where its pixels are not at hand. */
  readonly shape: string | null;
}

/** What a chunk shows at its ends, by which it is proved that it goes on where the one before ends. */
export interface ChunkSeams {
  readonly first: PictureMark;
  /** Of the frame after the last, which is the first of the chunk that follows; null where none does. */
  readonly next: PictureMark | null;
  /** The page was brought to the chunk's start at once, past frames in between. (Default: no.) */
  readonly hasJumped?: boolean;
}

export interface ChunkFile {
  readonly index: number;
  readonly file: string;
  readonly frames: number;
  readonly bytes: number;
}

/** What there is to tell of a chunk besides its frames. */
export interface ChunkFacts {
  readonly news: PageNews;
  readonly inspection: Inspection;
  readonly picture: PictureFacts;
  readonly seams: ChunkSeams;
}

export interface CapturedChunk extends ChunkFile, ChunkFacts {}

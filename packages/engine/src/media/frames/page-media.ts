import { createHash, randomUUID } from "node:crypto";
import { writeFile } from "node:fs/promises";
import path from "node:path";

import { ProblemError } from "@framewright/contract";

import type { FfmpegBinaries } from "../../encode/find-ffmpeg.ts";
import type { MediaAnswer, MediaFault, MediaFile } from "../../page-protocol.ts";
import { RunError } from "../../run-for-output.ts";
import { lastWords, mediaName } from "../media-name.ts";
import { type MediaInfo, probeMedia } from "../probe-media.ts";
import { formOf } from "./decode-arguments.ts";
import { measuredSeconds, type VideoFacts, videoFacts } from "./video-facts.ts";
import { VideoSource } from "./video-source.ts";

/** Where a page asks for its media, on the composition's own host. */
export const MEDIA_PATH = "/__framewright/media";

const PROBE_TIMEOUT_MS = 15_000;
/** As large as the largest video. */
const MAX_SIDE = 7_680;
const MAX_PIXELS = 7_680 * 4_320;
/** Files that are decoded at a time, each at up to four places. */
const MAX_DECODED = 16;
/** Different files that one page may show. */
const MAX_FILES = 500;

export interface PageMediaOptions {
  readonly ffmpeg: FfmpegBinaries;
  /** A folder of the task's own; whatever is left in it is the caller's to remove. */
  readonly scratchDir: string;
  readonly signal: AbortSignal;
  /** Where the file of an address lies; null where it is not there, or no file of the project. */
  readonly fileOf: (url: URL) => Promise<string | null>;
  /** How long a file may be. (Default: as long as it likes.) */
  readonly maxSeconds?: number | undefined;
  /** Called when a picture cannot be decoded: the frame that needs it cannot be right. */
  readonly onFault: (problem: ProblemError) => void;
}

export interface MediaRequest {
  readonly method: string;
  readonly url: URL;
  readonly type: string;
  /** The body, or null when it is larger than may be. */
  readonly body: () => Promise<Buffer | null>;
}

export interface MediaResponse {
  readonly status: number;
  readonly type: string;
  readonly body: Buffer | string;
}

interface Located {
  readonly file: string;
  readonly name: string;
}

interface Opened {
  readonly file: MediaFile;
  readonly source: VideoSource | null;
}

const NOT_FOUND: MediaResponse = { status: 404, type: "text/plain", body: "There is no such picture." };

function json(value: unknown): MediaResponse {
  return { status: 200, type: "application/json", body: JSON.stringify(value) };
}

const MOST_PIXELS = `at most ${MAX_SIDE}×${MAX_PIXELS / MAX_SIDE} can be shown`;

function tooLarge(detail: string): MediaFault {
  return { fault: "media-too-large", detail };
}

function isTooLarge({ width, height }: VideoFacts): boolean {
  return Math.max(width, height) > MAX_SIDE || width * height > MAX_PIXELS;
}

function lengthFault({ seconds, video, sound }: MediaInfo, maxSeconds: number): MediaFault | null {
  if (video === null && sound === null)
    return { fault: "media-invalid", detail: "it holds neither sound nor pictures" };
  if (seconds === null || seconds <= maxSeconds) return null;
  return tooLarge(`it is ${Math.round(seconds)} s long, and PRODUCER_MAX_MEDIA_SECONDS allows ${maxSeconds}`);
}

/** The files that a page plays, and their pictures. */
export class PageMedia {
  readonly #options: PageMediaOptions;
  readonly #closing = new AbortController();
  readonly #signal: AbortSignal;
  /** By where they lie. */
  readonly #opened = new Map<string, Promise<Opened | MediaFault>>();
  readonly #sources = new Map<string, VideoSource>();
  /** The one used last comes last. */
  readonly #used = new Set<VideoSource>();
  /** As their author knows them, by where they lie. */
  readonly #names = new Map<string, string>();

  constructor(options: PageMediaOptions) {
    this.#options = options;
    this.#signal = AbortSignal.any([options.signal, this.#closing.signal]);
  }

  /** Answers a request of the page below `MEDIA_PATH`. */
  async answer(request: MediaRequest): Promise<MediaResponse> {
    const [, id = "", name = ""] = request.url.pathname.slice(MEDIA_PATH.length).split("/");
    if (id === "open" && request.method === "POST") return json(await this.#open(request));
    const source = this.#sources.get(id);
    if (!source) return NOT_FOUND;
    this.#use(source);
    if (name === "at") return this.#at(source, Number(request.url.searchParams.get("seconds")));
    const bytes = source.bytes(name.replace(/\..*$/, ""));
    const type = name.endsWith(".jpg") ? "image/jpeg" : "image/bmp";
    return bytes ? { status: 200, type, body: bytes } : NOT_FOUND;
  }

  close(): void {
    this.#closing.abort();
    for (const source of this.#sources.values()) source.close();
  }

  /** Only so many files are decoded at a time: those that were asked for last. */
  #use(source: VideoSource): void {
    this.#used.delete(source);
    this.#used.add(source);
    const [oldest] = this.#used;
    if (this.#used.size > MAX_DECODED && oldest) this.#rest(oldest);
  }

  #rest(source: VideoSource): void {
    this.#used.delete(source);
    void source.rest();
  }

  async #at(source: VideoSource, seconds: number): Promise<MediaResponse> {
    try {
      const { name, picture } = await source.at(Number.isFinite(seconds) ? Math.max(0, seconds) : 0);
      const { from, until } = picture;
      const answer: MediaAnswer = {
        name: `${name}.${formOf(source.video)}`,
        from,
        until: Number.isFinite(until) ? until : null,
      };
      return json(answer);
    } catch (error) {
      if (!(error instanceof RunError)) throw error;
      this.#signal.throwIfAborted();
      const { file } = source.video;
      const detail = lastWords(error, file);
      const fault: MediaFault = { fault: "media-invalid", detail };
      this.#options.onFault(
        new ProblemError(
          fault.fault,
          `${this.#names.get(file) ?? "A video"} cannot be decoded at ${seconds.toFixed(2)} s: ${detail}.`,
        ),
      );
      return json(fault);
    }
  }

  async #open(request: MediaRequest): Promise<MediaFile | MediaFault> {
    const found = await this.#locate(request);
    if (typeof found === "string") return { fault: "media-missing", detail: found };
    const { file, name } = found;
    this.#names.set(file, name);
    const known = this.#opened.get(file);
    if (!known && this.#opened.size >= MAX_FILES)
      return {
        fault: "media-too-large",
        detail: `the page has more than ${MAX_FILES} files of sound and video`,
      };
    const opened = known ?? this.#look(file);
    this.#opened.set(file, opened);
    const result = await opened;
    return "fault" in result ? result : result.file;
  }

  /** What only the page has comes as bytes, and is kept in the task's folder. */
  async #locate({ url, type, body }: MediaRequest): Promise<Located | string> {
    const bytes = await body();
    if (bytes === null) return "it is larger than may be sent from within the page";
    if (type === "application/octet-stream") {
      const file = path.join(
        this.#options.scratchDir,
        `media-${createHash("sha256").update(bytes).digest("hex")}`,
      );
      await writeFile(file, bytes);
      return { file, name: "A file that only the page has" };
    }
    const wanted = URL.parse(bytes.toString("utf8"), url.href);
    if (wanted === null) return "its address is none";
    if (wanted.origin !== url.origin)
      return `it lies at ${wanted.host}, and only files of the project are played`;
    const file = await this.#options.fileOf(wanted);
    return file === null ? "the project has no such file" : { file, name: mediaName(wanted.href) };
  }

  async #look(file: string): Promise<Opened | MediaFault> {
    const { ffmpeg, maxSeconds = Infinity } = this.#options;
    const bounds = { deadline: Date.now() + PROBE_TIMEOUT_MS, signal: this.#signal };
    try {
      const info = await probeMedia(file, { ffprobe: ffmpeg.ffprobe, ...bounds });
      const fault = lengthFault(info, maxSeconds);
      if (fault) return fault;
      const id = randomUUID();
      const { seconds } = info;
      if (info.video === null)
        return { file: { id, width: 0, height: 0, durationSeconds: seconds ?? 0 }, source: null };
      const video = videoFacts(file, info, info.video);
      const { width, height, isHdr } = video;
      if (isTooLarge(video)) return tooLarge(`its pictures are ${width}×${height} pixels; ${MOST_PIXELS}`);
      const durationSeconds = seconds ?? (await measuredSeconds(video, ffmpeg.ffprobe, bounds));
      const source = new VideoSource(video, ffmpeg.ffmpeg, this.#signal);
      this.#sources.set(id, source);
      return { file: { id, width, height, durationSeconds, isHdr }, source };
    } catch (error) {
      if (!(error instanceof RunError)) throw error;
      return { fault: "media-invalid", detail: lastWords(error, file) };
    }
  }
}

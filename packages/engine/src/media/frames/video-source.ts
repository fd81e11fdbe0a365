import type { TimedPicture } from "./reader.ts";
import { openReader, type Reader } from "./reader.ts";
import type { VideoFacts } from "./video-facts.ts";

/** As many places of a file are read at once: of elements that show it at different times. */
const MAX_READERS = 4;
/** A reader is moved on for as long as that costs less than another one. */
const MAX_AHEAD_SECONDS = 1;
/** Bytes of pictures that are kept for the page to take, and for whoever goes back a little. */
const MAX_KEPT_BYTES = 32 * 1024 * 1024;
/** At least as many pictures: one that is being taken must not go. */
const MIN_KEPT = 8;

/** The pictures of a file, in bounded memory: decoded once where they are asked for in order, by whomever. */
export class VideoSource {
  readonly video: VideoFacts;
  readonly #ffmpeg: string;
  readonly #signal: AbortSignal;
  /** The one used last comes last. */
  #readers: Reader[] = [];
  /** By their names; the one asked for last comes last. */
  readonly #kept = new Map<string, TimedPicture>();
  #turn: Promise<unknown> = Promise.resolve();

  constructor(video: VideoFacts, ffmpeg: string, signal: AbortSignal) {
    this.video = video;
    this.#ffmpeg = ffmpeg;
    this.#signal = signal;
  }

  /** The bytes of a picture that was told by `at` not long ago. */
  bytes(name: string): Buffer | undefined {
    return this.#kept.get(name)?.bytes;
  }

  /** The picture to be shown at a second of the file. One question is answered after the other. @throws RunError */
  at(seconds: number): Promise<{ name: string; picture: TimedPicture }> {
    const answer = this.#turn.then(() => this.#find(seconds));
    this.#turn = answer.catch(() => undefined);
    return answer;
  }

  async #find(seconds: number): Promise<{ name: string; picture: TimedPicture }> {
    for (const [name, picture] of this.#kept) {
      if (seconds >= picture.from && seconds < picture.until) return this.#keep(name, picture);
    }
    const reader = await this.#readerFor(seconds);
    const picture = await reader.at(seconds).catch((error: unknown) => {
      this.#drop(reader);
      throw error;
    });
    return this.#keep(String(Math.round(picture.from * 1e6)), picture);
  }

  async #readerFor(seconds: number): Promise<Reader> {
    const [nearest] = this.#readers
      .filter((reader) => reader.position() <= seconds && seconds - reader.position() <= MAX_AHEAD_SECONDS)
      .toSorted((a, b) => b.position() - a.position());
    const reader = nearest ?? (await openReader(this.#ffmpeg, this.video, seconds, this.#signal));
    this.#readers = [...this.#readers.filter((each) => each !== reader), reader];
    if (this.#readers.length > MAX_READERS) this.#readers.shift()?.close();
    return reader;
  }

  #drop(reader: Reader): void {
    reader.close();
    this.#readers = this.#readers.filter((each) => each !== reader);
  }

  #keep(name: string, picture: TimedPicture): { name: string; picture: TimedPicture } {
    this.#kept.delete(name);
    this.#kept.set(name, picture);
    const most = Math.max(MIN_KEPT, Math.floor(MAX_KEPT_BYTES / picture.bytes.length));
    for (const oldest of this.#kept.keys()) {
      if (this.#kept.size <= most) break;
      this.#kept.delete(oldest);
    }
    return { name, picture };
  }

  /** After what was asked for by now, ends decoding and forgets all pictures; asked again, it begins anew. */
  rest(): Promise<void> {
    const resting = this.#turn.then(() => this.close());
    this.#turn = resting;
    return resting;
  }

  close(): void {
    for (const reader of this.#readers) reader.close();
    this.#readers = [];
    this.#kept.clear();
  }
}

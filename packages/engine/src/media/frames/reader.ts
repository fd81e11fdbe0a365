import { ahead } from "../../ahead.ts";
import { RunError } from "../../run-for-output.ts";
import { type Decoder, type Picture, startDecoder } from "./decoder.ts";
import { ratioOf, type VideoFacts } from "./video-facts.ts";

/** A picture with the seconds of the file in which it is the one to be shown. */
export interface TimedPicture extends Picture {
  /** Exclusive; Infinity for the last one. */
  readonly until: number;
}

/** Reads a file's pictures in their order, from some second on. */
export interface Reader {
  /** The second up to which it has come. */
  position(): number;
  /** The picture of a second that does not lie before the one asked for last. @throws RunError */
  at(seconds: number): Promise<TimedPicture>;
  close(): void;
}

/** How far before a second decoding begins to give pictures, in pictures: one is enough where all last equally long. */
const BEFORE_PICTURES = 2.5;
/** Where pictures last longer than that, these are tried, in seconds. */
const BEFORE_SECONDS = [5, 60];
const USUAL_RATE = 25;

/** A file may end so much earlier than it says: its last picture may last as long. */
const MISSING_SECONDS = 1;

/** A picture is the last one that is due: whether it is, the next one tells. */
class OrderedReader implements Reader {
  readonly #decoder: Decoder;
  #current: Picture;
  #next: Promise<Picture | null>;
  #position: number;
  readonly #video: VideoFacts;

  constructor(video: VideoFacts, decoder: Decoder, first: Picture, seconds: number) {
    this.#video = video;
    this.#decoder = decoder;
    this.#current = first;
    this.#position = seconds;
    this.#next = this.#read();
  }

  #read(): Promise<Picture | null> {
    return ahead(this.#decoder.next());
  }

  position(): number {
    return this.#position;
  }

  async at(seconds: number): Promise<TimedPicture> {
    this.#position = seconds;
    for (;;) {
      const next = await this.#next;
      if (next === null) {
        this.#checkEnd();
        return { ...this.#current, until: Infinity };
      }
      if (seconds < next.from) return { ...this.#current, until: next.from };
      this.#current = next;
      this.#next = this.#read();
    }
  }

  #checkEnd(): void {
    const { seconds } = this.#video.stream;
    const { from } = this.#current;
    if (seconds === null || from + MISSING_SECONDS >= seconds || !this.#decoder.isCutOff()) return;
    throw new RunError(`it is cut off: of ${seconds.toFixed(1)} s only ${from.toFixed(1)} s are there`);
  }

  close(): void {
    this.#decoder.close();
  }
}

/** Where to begin, one after the other, until a picture comes that is due by then. */
function* starts(
  { stream, zero }: VideoFacts,
  seconds: number,
): Generator<{ seek: number | null; from: number }> {
  const rate = ratioOf(stream.averageRate) ?? USUAL_RATE;
  const at = seconds + zero;
  for (const before of [BEFORE_PICTURES / rate, ...BEFORE_SECONDS]) {
    if (seconds > before) yield { seek: at - before, from: at - before };
  }
  yield { seek: null, from: -1e9 };
}

/**
 * Begins to read at a second of the file.
 * @throws RunError when nothing can be decoded
 */
export async function openReader(
  ffmpeg: string,
  video: VideoFacts,
  seconds: number,
  signal: AbortSignal,
): Promise<Reader> {
  for (const start of starts(video, seconds)) {
    const decoder = startDecoder(ffmpeg, video, start, signal);
    try {
      const first = await decoder.next();
      if (first && start.seek === null) {
        // Before a file's first picture, there is none but that.
        return new OrderedReader(video, decoder, { ...first, from: Math.min(first.from, 0) }, seconds);
      }
      if (first && first.from <= seconds) return new OrderedReader(video, decoder, first, seconds);
      decoder.close();
    } catch (error) {
      decoder.close();
      signal.throwIfAborted();
      // Not every file can be entered in the middle.
      if (start.seek === null || !(error instanceof RunError)) throw error;
    }
  }
  throw new RunError("it has no picture");
}

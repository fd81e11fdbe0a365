import { spawn } from "node:child_process";
import { createInterface } from "node:readline";
import type { Readable } from "node:stream";

import { RunError } from "../../run-for-output.ts";
import { limited } from "../run-on-media.ts";
import { cutPictures } from "./cut-pictures.ts";
import { decodeArguments, type DecodeStart } from "./decode-arguments.ts";
import type { VideoFacts } from "./video-facts.ts";

/** A decoded picture. */
export interface Picture {
  /** When it is due, in seconds from the file's beginning. */
  readonly from: number;
  /** As a BMP or JPEG file. */
  readonly bytes: Buffer;
}

export interface Decoder {
  /** The next picture, in the order in which they are shown; null at the end. @throws RunError */
  next(): Promise<Picture | null>;
  /** Whether ffmpeg has said that the file is cut off. */
  isCutOff(): boolean;
  /** Ends it, whatever it does. */
  close(): void;
}

/** A picture is decoded by as many threads; the encoder needs the machine as well. */
const THREADS = 2;
/** How much of what a decoder says is kept to tell why it failed, in lines. */
const KEPT_LINES = 20;

const CUT_OFF = /partial file|ended prematurely|truncat/i;
const TIME_BASE = /config in time_base: (\d+)\/(\d+)/;
const PICTURE = /\] n: *\d+ pts: *(\S+) /;
/** Timestamps are whole units of a file's clock: those of a coarse one are up to half a unit late. */
const COARSEST_ROUNDED = 1e-3;
const ROUNDING_SECONDS = 1e-6;

/** Reads when pictures are due from what ffmpeg says of them. */
class Times {
  readonly #times: number[] = [];
  readonly #last: string[] = [];
  readonly #zero: number;
  #unit = 1;
  #wake: () => void = () => undefined;
  #ended = false;

  constructor(stderr: Readable, zero: number) {
    this.#zero = zero;
    const lines = createInterface({ input: stderr });
    lines.on("line", (line) => this.#read(line));
    lines.once("close", () => {
      this.#ended = true;
      this.#wake();
    });
  }

  #read(line: string): void {
    const base = TIME_BASE.exec(line);
    if (base) this.#unit = Number(base[1]) / Number(base[2]);
    const picture = PICTURE.exec(line);
    if (!picture) {
      if (!line.includes("Parsed_showinfo")) this.#last.push(line);
      if (this.#last.length > KEPT_LINES) this.#last.shift();
      return;
    }
    this.#times.push(this.#secondsOf(Number(picture[1])));
    this.#wake();
  }

  /** A picture without a timestamp follows on the one before. */
  #secondsOf(pts: number): number {
    if (!Number.isFinite(pts)) return (this.#times.at(-1) ?? 0) + this.#unit;
    const early = this.#unit <= COARSEST_ROUNDED ? this.#unit / 2 : 0;
    return pts * this.#unit - early - ROUNDING_SECONDS - this.#zero;
  }

  /** When the picture is due that came so many after the first. */
  async at(index: number): Promise<number> {
    while (this.#times.length <= index && !this.#ended)
      await new Promise<void>((resolve) => void (this.#wake = resolve));
    const time = this.#times[index];
    if (time === undefined) throw new RunError("ffmpeg gave a picture without its time");
    return time;
  }

  text(): string {
    return this.#last.join("\n");
  }
}

/** Starts to decode a file's pictures. It stays in the render worker's process group, so that it cannot outlive that. */
export function startDecoder(
  ffmpeg: string,
  video: VideoFacts,
  start: DecodeStart,
  signal: AbortSignal,
): Decoder {
  const child = spawn(...limited(ffmpeg, decodeArguments(video, start, THREADS)), {
    stdio: ["ignore", "pipe", "pipe"],
    env: { LANG: "C.UTF-8", AV_LOG_FORCE_NOCOLOR: "1" },
  });
  const exited = new Promise<string | null>((resolve) => {
    child.once("error", (error) => resolve(error.message));
    child.once("close", (code) => resolve(code === 0 ? null : times.text()));
  });
  const times = new Times(child.stderr, video.zero);
  const close = (): void => {
    signal.removeEventListener("abort", close);
    child.kill("SIGKILL");
    child.stdout.destroy();
  };
  signal.addEventListener("abort", close, { once: true });
  if (signal.aborted) close();
  const stream = cutPictures(child.stdout, video);
  let index = 0;
  return {
    next: async () => {
      const { done, value } = await stream.next();
      if (done === true) {
        signal.throwIfAborted();
        const failure = await exited;
        if (failure !== null) throw new RunError(failure);
        return null;
      }
      return { from: await times.at(index++), bytes: value };
    },
    isCutOff: () => CUT_OFF.test(times.text()),
    close,
  };
}

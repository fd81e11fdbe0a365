import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { setTimeout as sleep } from "node:timers/promises";

import { type ProcessEnd, ProblemError } from "@framewright/contract";

import type { FrameForm } from "../capture/port.ts";
import type { Picture } from "../tasks.ts";
import { neverStarted, processEnd } from "../process-end.ts";
import { boundedTail } from "../tail.ts";
import { ffmpegFailure } from "./ffmpeg-failure.ts";
import { encodeArguments, takenForm } from "./settings.ts";

/**
 * Encoding a frame takes a fraction of this, even at 8K. Whoever waits for frames must wait for longer: a stuck
 * encoder, or the disk that it writes to, is not the page's fault.
 */
export const WRITE_STALL_MS = 30_000;
/** The same for the last frames, up to a few dozen, that an encoder still holds when it gets no more. */
export const FINISH_STALL_MS = 60_000;
/** An encoder whose pipe has broken, or that was killed, is as good as gone; one that hangs in the kernel is not waited for. */
const EXIT_GRACE_MS = 2_000;

export interface EncoderOptions {
  readonly ffmpeg: string;
  readonly picture: Picture;
  /** Of each picture that is written. */
  readonly form: FrameForm;
  readonly file: string;
  readonly signal: AbortSignal;
}

export interface Encoder {
  /** Takes one picture; resolves when its bytes are needed no more, and the next may come. @throws ProblemError `encode-failed`, `disk-full` */
  write(picture: Buffer): Promise<void>;
  /** Ends the stream and waits until the file is complete. */
  finish(): Promise<void>;
  /** Kills the encoder, and resolves when it is gone, after 2 s at the latest. Harmless after `finish`. */
  close(): Promise<void>;
}

function encodeError(stderr: string, cause?: unknown, exit?: ProcessEnd): ProblemError {
  const failed = "The encoder ended before all frames were written.";
  return ffmpegFailure(stderr, failed, { cause: exit ? stderr : cause, ...(exit && { evidence: { exit } }) });
}

async function aborted(signal: AbortSignal): Promise<never> {
  await once(signal, "abort");
  throw signal.reason;
}

/** Encodes pictures as they come; nothing but the result is kept on disk. */
export function startEncoder(options: EncoderOptions): Encoder {
  const { ffmpeg, picture, form, file, signal } = options;
  const asTaken = takenForm(picture, form);
  const child: ChildProcess = spawn(ffmpeg, encodeArguments(picture, form, file), {
    stdio: ["pipe", "ignore", "pipe"],
    env: { LANG: "C.UTF-8" },
  });
  const { stdin, stderr } = child;
  if (!stdin || !stderr) {
    const evidence = { exit: neverStarted("encoder") };
    throw new ProblemError("encode-failed", "The encoder could not be started.", { evidence });
  }
  const tail = boundedTail(stderr);
  const failed = new AbortController();
  const exited = new Promise<number | null>((resolve) => {
    child.once("error", (error) => {
      failed.abort(encodeError(tail.text(), error, neverStarted("encoder")));
      resolve(null);
    });
    child.once("close", (code, killedBy) => {
      if (code !== 0)
        failed.abort(encodeError(tail.text(), undefined, processEnd("encoder", code, killedBy)));
      resolve(code);
    });
  });
  // A closed pipe means that the encoder ended, which its exit explains better.
  stdin.on("error", () => undefined);
  const kill = (): void => void child.kill("SIGKILL");
  signal.addEventListener("abort", kill, { once: true });
  if (signal.aborted) kill();

  /** Ends with the encoder's own error, the caller's abort, or a stall, whichever comes first. */
  const bounded = async (stallMs: number, wait: (signal: AbortSignal) => Promise<unknown>): Promise<void> => {
    const stall = AbortSignal.timeout(stallMs);
    const either = AbortSignal.any([failed.signal, signal, stall]);
    either.throwIfAborted();
    await wait(either).catch(async (error: unknown) => {
      signal.throwIfAborted();
      if (stall.aborted) throw new ProblemError("encode-failed", "The encoder stopped taking frames.");
      // The pipe may break a moment before the encoder's end is known, which explains it better.
      await Promise.race([exited, sleep(EXIT_GRACE_MS, undefined, { ref: false })]);
      failed.signal.throwIfAborted();
      throw encodeError(tail.text(), error);
    });
  };
  const close = async (): Promise<void> => {
    signal.removeEventListener("abort", kill);
    if (child.exitCode === null && child.signalCode === null) kill();
    await Promise.race([exited, sleep(EXIT_GRACE_MS, undefined, { ref: false })]);
  };

  return {
    close,
    write: async (image) => {
      failed.signal.throwIfAborted();
      const bytes = asTaken(image);
      await bounded(WRITE_STALL_MS, (either) => {
        const taken = new Promise<void>((resolve, reject) => {
          stdin.write(bytes, (error) => (error ? reject(error) : resolve()));
        });
        return Promise.race([taken, aborted(either)]);
      });
    },
    finish: async () => {
      stdin.end();
      await bounded(FINISH_STALL_MS, (either) => Promise.race([exited, aborted(either)]));
      failed.signal.throwIfAborted();
    },
  };
}

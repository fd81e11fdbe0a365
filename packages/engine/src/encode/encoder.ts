import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { setTimeout as sleep } from "node:timers/promises";

import { type ProcessEnd, ProblemError } from "@framewright/contract";

import type { ImageFormat } from "../capture/frame-source.ts";
import type { Picture } from "../tasks.ts";
import { neverStarted, processEnd } from "../process-end.ts";
import { boundedTail } from "../tail.ts";
import { ffmpegFailure } from "./ffmpeg-failure.ts";
import { encodeArguments } from "./settings.ts";

/** Encoding a handful of queued frames takes a fraction of this, even at 8K. */
const STALL_TIMEOUT_MS = 60_000;
/** An encoder whose pipe has broken is as good as gone. */
const EXIT_GRACE_MS = 2_000;

export interface EncoderOptions {
  readonly ffmpeg: string;
  readonly picture: Picture;
  readonly image: ImageFormat;
  readonly file: string;
  readonly signal: AbortSignal;
}

export interface Encoder {
  /** Takes one picture; resolves when the next may come. @throws ProblemError `encode-failed`, `disk-full` */
  write(picture: Buffer): Promise<void>;
  /** Ends the stream and waits until the file is complete. */
  finish(): Promise<void>;
  /** Kills the encoder, and resolves when it is gone. Harmless after `finish`. */
  close(): Promise<void>;
}

function encodeError(stderr: string, cause?: unknown, exit?: ProcessEnd): ProblemError {
  const failed = "The encoder ended before all frames were written.";
  return ffmpegFailure(stderr, failed, { cause: stderr || cause, ...(exit && { evidence: { exit } }) });
}

/** Encodes pictures as they come; nothing but the result is kept on disk. */
export function startEncoder(options: EncoderOptions): Encoder {
  const { ffmpeg, picture, image, file, signal } = options;
  const child: ChildProcess = spawn(ffmpeg, encodeArguments(picture, image, file), {
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
  const bounded = async (wait: (signal: AbortSignal) => Promise<unknown>): Promise<void> => {
    const stall = AbortSignal.timeout(STALL_TIMEOUT_MS);
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
    await exited;
  };

  return {
    close,
    write: async (picture) => {
      failed.signal.throwIfAborted();
      if (!stdin.write(picture)) await bounded((either) => once(stdin, "drain", { signal: either }));
    },
    finish: async () => {
      stdin.end();
      await bounded((either) =>
        Promise.race([exited, once(either, "abort").then(() => either.throwIfAborted())]),
      );
      failed.signal.throwIfAborted();
    },
  };
}

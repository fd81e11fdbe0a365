import { spawn } from "node:child_process";
import { mkdir, rm } from "node:fs/promises";
import type { Readable, Writable } from "node:stream";
import { setTimeout as sleep } from "node:timers/promises";

import { isProblemError, ProblemError } from "@framewright/contract";

import { type Cdp, connectCdp } from "./cdp.ts";
import type { BrowserBinary } from "./find-browser.ts";
import { browserFlags, profileFlag } from "./flags.ts";
import { killStartedWith, killTree } from "./kill-tree.ts";
import { asDiskFull, orDiskFull } from "../disk-full.ts";
import { neverStarted, processEnd } from "../process-end.ts";
import { boundedTail } from "../tail.ts";

/** A browser that has not answered by then will not: a cold start takes well under a second. */
const LAUNCH_TIMEOUT_MS = 15_000;
/** How long a browser may take to close by itself before it is killed. */
const CLOSE_GRACE_MS = 1_000;
/** After SIGKILL the kernel needs a moment, not more. */
const KILL_WAIT_MS = 5_000;

export interface LaunchOptions {
  readonly browser: BrowserBinary;
  readonly sandbox: boolean;
  /** A fresh folder for this browser alone; removed when it closes. */
  readonly profileDir: string;
  readonly proxyPort: number;
  /** SHA-256 of the public key by which the proxy answers https itself, in base64. */
  readonly trustedKey?: string | undefined;
  /** Of the page, in CSS pixels. */
  readonly width: number;
  readonly height: number;
  readonly deviceScaleFactor: number;
  /** Aborting kills the browser, which fails everything that waits for it. */
  readonly signal: AbortSignal;
}

export interface Browser {
  readonly cdp: Cdp;
  readonly product: string;
  /** Of what was started: the browser, or a script that starts it. */
  readonly pid: number | undefined;
  /** Ends the browser and removes its profile. Never throws, and ends within a few seconds; at once without a grace. */
  readonly close: (graceMs?: number) => Promise<void>;
}

/** Only what a browser needs: nothing of the service's environment reaches it. */
function environment({ browser, profileDir }: LaunchOptions): Record<string, string> {
  return {
    HOME: profileDir,
    TMPDIR: profileDir,
    XDG_CACHE_HOME: browser.fontCacheDir,
    LANG: "C.UTF-8",
    TZ: "UTC",
    DBUS_SESSION_BUS_ADDRESS: "disabled:",
    DBUS_SYSTEM_BUS_ADDRESS: "disabled:",
    ...browser.env,
  };
}

/** @throws ProblemError `browser-failed` when it does not start, `disk-full` */
export async function launchBrowser(options: LaunchOptions): Promise<Browser> {
  const { browser, profileDir, signal } = options;
  signal.throwIfAborted();
  await mkdir(profileDir, { recursive: true }).catch((error: unknown) => {
    throw asDiskFull(error);
  });
  const flags = browserFlags({ ...options, frameControl: browser.frameControl, userDataDir: profileDir });
  const [command = browser.path, ...args] = [...browser.prefix, browser.path, ...flags];
  const child = spawn(command, args, {
    stdio: ["ignore", "ignore", "pipe", "pipe", "pipe"],
    env: environment(options),
    cwd: profileDir,
  });
  // The last three descriptors are pipes, as asked for in `stdio`.
  const stderr = boundedTail(child.stdio[2] as Readable);
  const cdp = connectCdp(child.stdio[3] as Writable, child.stdio[4] as Readable);
  const exited = new Promise<void>((resolve) => {
    child.once("error", (cause) => {
      cdp.abort(new ProblemError("browser-failed", "The browser could not be started.", { cause }));
      resolve();
    });
    child.once("exit", (code, killedBy) => {
      const exit = processEnd("browser", code, killedBy);
      const how = exit.signal === null ? `ended with code ${code}` : `was killed by ${exit.signal}`;
      cdp.abort(
        new ProblemError("browser-failed", `The browser ${how}.`, {
          evidence: { exit },
          cause: stderr.text(),
        }),
      );
      for (const stream of child.stdio) stream?.destroy();
      // When it was a script that was killed, the browser that it started lives on until it sees that its pipes are gone.
      if (killedBy === null) resolve();
      else killStartedWith(profileFlag(profileDir)).then(resolve, resolve);
    });
  });
  const kill = async (): Promise<void> => {
    if (child.pid !== undefined && child.exitCode === null && child.signalCode === null)
      await killTree(child.pid);
  };
  const onAbort = (): void => void kill();
  signal.addEventListener("abort", onAbort, { once: true });

  const close = async (graceMs = CLOSE_GRACE_MS): Promise<void> => {
    signal.removeEventListener("abort", onAbort);
    if (child.exitCode === null && child.signalCode === null) {
      // A browser that cannot answer is killed below; its answer does not matter.
      void cdp.send("Browser.close", undefined, { deadline: Date.now() + graceMs }).catch(kill);
    }
    await Promise.race([exited, sleep(graceMs, undefined, { ref: false }).then(kill)]);
    await Promise.race([exited, sleep(KILL_WAIT_MS, undefined, { ref: false })]);
    // What cannot be removed now goes with the caller's folder; what the browser was used for is done.
    await rm(profileDir, { recursive: true, force: true, maxRetries: 3 }).catch(() => undefined);
  };

  try {
    const { product } = await cdp.send("Browser.getVersion", undefined, {
      deadline: Date.now() + LAUNCH_TIMEOUT_MS,
    });
    return { cdp, product, pid: child.pid, close };
  } catch (error) {
    const evidence = { exit: neverStarted("browser", child.exitCode, child.signalCode) };
    const cause = isProblemError(error) ? error.cause : error;
    const problem = new ProblemError("browser-failed", "The browser did not start.", { evidence, cause });
    const reason = await orDiskFull(problem, profileDir);
    await kill();
    await close();
    signal.throwIfAborted();
    throw reason;
  }
}

import { spawn } from "node:child_process";
import { text } from "node:stream/consumers";

import { killGroup } from "@framewright/pool";

/** Another user, whom the server runs as when this process is root; PostgreSQL refuses to run as root. */
export interface ServerUser {
  readonly uid: number;
  readonly gid: number;
}

export interface RunOptions {
  readonly cwd: string;
  readonly user: ServerUser | null;
  readonly timeoutMs: number;
  readonly signal: AbortSignal;
}

/** The line that says why, among those that say what to do about it. */
function reasonIn(complaint: string): string | undefined {
  const lines = complaint.trim().split("\n");
  return lines.find((line) => /(error|FATAL): /.test(line)) ?? lines.at(-1);
}

/** Runs one of PostgreSQL's programs to its end and gives what it wrote. Throws a plain Error with its reason. */
export async function runProgram(
  file: string,
  args: readonly string[],
  { cwd, user, timeoutMs, signal }: RunOptions,
): Promise<string> {
  const child = spawn(file, args, {
    cwd,
    ...user,
    detached: true,
    env: { LANG: "C", TZ: "UTC" },
    stdio: ["ignore", "pipe", "pipe"],
  });
  const ended = new Promise<string | null>((resolve, reject) => {
    child.once("error", reject);
    child.once("close", (code, by) => resolve(code === 0 ? null : String(code ?? by)));
  });
  const ending = AbortSignal.any([signal, AbortSignal.timeout(timeoutMs)]);
  const kill = (): void => {
    if (child.pid !== undefined) void killGroup(child.pid, 0);
  };
  ending.addEventListener("abort", kill);
  try {
    const [output, complaint, fault] = await Promise.all([text(child.stdout), text(child.stderr), ended]);
    if (fault === null) return output;
    throw new Error(reasonIn(complaint) || `It ended with ${fault}.`);
  } finally {
    ending.removeEventListener("abort", kill);
  }
}

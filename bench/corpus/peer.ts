import { spawn } from "node:child_process";
import { once } from "node:events";

import type { Case } from "./case.ts";

const TIMEOUT_MS = 120_000;

/** Run in the folder in which the peer is installed, so that its own dependencies are found. */
const SCRIPT = `
import { createRenderJob, executeRenderJob } from "@hyperframes/producer";
const [dir, out, request] = process.argv.slice(1);
const { fps = 30, variables = {} } = JSON.parse(request);
const job = createRenderJob({ fps: { num: fps, den: 1 }, quality: "high", format: "mp4", workers: 1, variables });
try {
  await executeRenderJob(job, dir, out);
  process.exit(0);
} catch (error) {
  console.error("PEER " + error.message);
  process.exit(1);
}
`;

function reasonIn(said: string): string {
  const line = said.split("\n").findLast((text) => text.startsWith("PEER "));
  return line?.slice(5, 400) ?? said.slice(-200);
}

/** Renders by HyperFrames' own producer, and says why it could not. */
export async function renderByPeer(
  peer: string,
  dir: string,
  file: string,
  { request = {} }: Case,
): Promise<string | null> {
  const args = ["--input-type=module", "-e", SCRIPT, dir, file, JSON.stringify(request)];
  const browser = process.env["PRODUCER_BROWSER_PATH"] ?? "/usr/bin/chromium-headless-shell";
  const child = spawn(process.execPath, args, {
    cwd: peer,
    stdio: ["ignore", "pipe", "pipe"],
    timeout: TIMEOUT_MS,
    killSignal: "SIGKILL",
    env: { ...process.env, PRODUCER_HEADLESS_SHELL_PATH: browser },
  });
  let said = "";
  child.stdout.on("data", (text: Buffer) => (said += text.toString()));
  child.stderr.on("data", (text: Buffer) => (said += text.toString()));
  const [code] = (await once(child, "close")) as [number | null];
  return code === 0 ? null : `no video: ${reasonIn(said)}`;
}

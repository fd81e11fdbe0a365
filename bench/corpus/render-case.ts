import { execFile } from "node:child_process";
import { mkdir, rm, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { promisify } from "node:util";

import { type Client, ClientError } from "../../packages/client/src/index.ts";
import type { Problem, Render } from "../../packages/contract/src/index.ts";
import { type Case, sizeOf } from "./case.ts";
import { decode } from "./frames.ts";
import { judge, type Outcome, type Seen } from "./judge.ts";
import { faultsOf } from "./shapes.ts";

const DEFAULT_FRAMES = 60;

/** Writes a case's files into a folder of its own. */
export async function writeCase(root: string, each: Case): Promise<string> {
  const dir = join(root, each.name);
  for (const [path, content] of Object.entries(each.files)) {
    const file = join(dir, path);
    await mkdir(dirname(file), { recursive: true });
    await writeFile(file, typeof content === "string" ? content : content());
  }
  return dir;
}

/** Says so where a file is nowhere louder than -60 dB: https://ffmpeg.org/ffmpeg-filters.html#volumedetect */
async function faultsOfSound(file: string): Promise<string[]> {
  const args = ["-hide_banner", "-nostdin", "-i", file, "-vn", "-af", "volumedetect", "-f", "null", "-"];
  const { stderr } = await promisify(execFile)("ffmpeg", args, { timeout: 30_000 }).catch(() => ({
    stderr: "",
  }));
  const peak = /max_volume: (-?[\d.]+) dB/.exec(stderr)?.[1];
  return Number(peak ?? -91) > -60 ? [] : ["no sound"];
}

function faultsOfLength({ count }: { readonly count: number }, { frames = DEFAULT_FRAMES }: Case): string[] {
  return count === frames ? [] : [`${count} frames instead of ${frames}`];
}

/** What is wrong with the file: its length, what its frames show, or that it is silent. */
export async function faultsOfFile(each: Case, file: string): Promise<string[]> {
  const frames = await decode(file, ...sizeOf(each));
  const sound = each.isHeard ? await faultsOfSound(file) : [];
  return [...faultsOfLength(frames, each), ...sound, ...faultsOf(each.shows ?? [], frames)];
}

async function render(client: Client, root: string, each: Case): Promise<Render | Problem> {
  try {
    const projectDir = join(root, each.name);
    const { id } = await client.submit({ projectDir, quality: "high", ...each.request });
    return await client.waitUntilFinished(id);
  } catch (error) {
    if (error instanceof ClientError) return error.problem;
    throw error;
  }
}

async function faultsOfRender(client: Client, root: string, each: Case, done: Render): Promise<string[]> {
  if (done.problem || !each.shows) return [];
  const file = join(root, `${each.name.replaceAll("/", "-")}.mp4`);
  await client.download(done, file);
  const faults = await faultsOfFile(each, file);
  await rm(file);
  return faults;
}

async function look(client: Client, root: string, each: Case): Promise<Seen> {
  const done = await render(client, root, each);
  if (!("state" in done)) return { warnings: [], problem: done, faults: [], chunks: 0 };
  const { warnings, problem, plan } = done;
  const faults = await faultsOfRender(client, root, each, done);
  return { warnings, problem, faults, chunks: plan?.chunks.length ?? 0 };
}

/** Renders a case, and holds it against what it must show. */
export async function tryCase(client: Client, root: string, each: Case): Promise<Outcome> {
  const startedAt = performance.now();
  await writeCase(root, each);
  const seen = await look(client, root, each);
  const [verdict, notes] = judge(each, seen);
  return { case: each, verdict, notes, ...seen, seconds: (performance.now() - startedAt) / 1000 };
}

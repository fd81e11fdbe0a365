import { rm } from "node:fs/promises";
import { join } from "node:path";

import type { Client } from "../../packages/client/src/index.ts";
import { type Case, sizeOf } from "./case.ts";
import { renderByPeer } from "./peer.ts";
import { type Psnr, psnrOf } from "./psnr.ts";
import { faultsOfFile, writeCase } from "./render-case.ts";

/** Below this, two frames are not alike, and somebody has to say why. */
const ALIKE_DB = 30;

/** One composition through both. */
export interface Beside {
  readonly name: string;
  /** What is wrong with each by the case's own right values, or why there is no video. */
  readonly ours: readonly string[];
  readonly peers: readonly string[];
  readonly psnr: Psnr | null;
}

/** Renders to a file, or says why it could not. */
type Render = (dir: string, file: string, each: Case) => Promise<string | null>;

export function renderByUs(client: Client): Render {
  return async (dir, file, each) => {
    try {
      const { id } = await client.submit({ projectDir: dir, quality: "high", ...each.request });
      const done = await client.waitUntilFinished(id);
      if (done.problem) return `no video: ${done.problem.code}: ${done.problem.detail}`;
      await client.download(done, file);
      return null;
    } catch (error) {
      return `no video: ${String(error)}`;
    }
  };
}

/** Renders a case by both, and holds the videos against its right values and against each other. */
export async function compare(peer: string, ours: Render, root: string, each: Case): Promise<Beside> {
  const dir = await writeCase(root, each);
  const files = [join(root, "ours.mp4"), join(root, "peers.mp4")] as const;
  const failures = [await ours(dir, files[0], each), await renderByPeer(peer, dir, files[1], each)] as const;
  const faults = async (index: 0 | 1): Promise<string[]> => {
    const failure = failures[index];
    return failure === null ? await faultsOfFile(each, files[index]) : [failure];
  };
  const hasBoth = failures.every((failure) => failure === null);
  const psnr = hasBoth ? await psnrOf(...files, ...sizeOf(each)) : null;
  const beside = { name: each.name, ours: await faults(0), peers: await faults(1), psnr };
  for (const file of files) await rm(file, { force: true });
  return beside;
}

function psnrText(psnr: Psnr | null): string {
  if (psnr === null) return "-";
  const low = psnr.frames.filter((db) => db < ALIKE_DB).length;
  const figures = `least ${psnr.least.toFixed(1)} dB, mean ${psnr.mean.toFixed(1)} dB`;
  return `${figures}, ${low} of ${psnr.frames.length} frames below ${ALIKE_DB} dB`;
}

export function besideText({ name, ours, peers, psnr }: Beside): string {
  const notes = [...ours.map((fault) => `ours: ${fault}`), ...peers.map((fault) => `peer: ${fault}`)];
  return [`${name.padEnd(56)} ${psnrText(psnr)}`, ...notes.map((note) => `      ${note}`)].join("\n");
}

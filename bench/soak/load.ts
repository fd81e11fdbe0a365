import { rm } from "node:fs/promises";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";

import { type Client, ClientError } from "../../packages/client/src/index.ts";
import { isFinished, type Render } from "../../packages/contract/src/index.ts";
import { type Subject, takeSubject } from "./compositions.ts";
import { expectEnd } from "./expect-end.ts";
import type { Random } from "./random.ts";
import type { Tally } from "./tally.ts";

const POLL_MS = 400;
const CALL_TIMEOUT_MS = 10_000;
/** A render that has not ended so long after its deadline never will. */
const DEADLINE_GRACE_MS = 5_000;
/** Before a refused client tries again. */
const REFUSED_MS = { min: 300, max: 1_500 } as const;
/** When a client changes its mind, or hangs up. */
const WHIM_MS = { min: 50, max: 3_000 } as const;

export interface Load {
  readonly client: Client;
  /** The service's address. */
  readonly url: string;
  /** For downloads. */
  readonly dir: string;
  readonly random: Random;
  readonly tally: Tally;
  /** Aborts when nothing more is to be submitted. */
  readonly signal: AbortSignal;
}

/** One client: submits one composition after the other until the signal aborts, and follows each to its end. */
export async function keepSubmitting(load: Load): Promise<void> {
  while (!load.signal.aborted) {
    const subject = takeSubject(load.random.next());
    const render = await submit(load, subject);
    if (render) await follow(load, subject, render);
    else await sleep(load.random.between(REFUSED_MS.min, REFUSED_MS.max));
  }
}

async function submit({ client, tally }: Load, { html }: Subject): Promise<Render | null> {
  try {
    const render = await client.submit({ html }, { timeoutMs: CALL_TIMEOUT_MS });
    tally.open.add(render.id);
    return render;
  } catch (error) {
    if (!(error instanceof ClientError)) throw error;
    // A full queue, or no worker for the moment: asked for by the load and by the faults.
    if (error.problem.status === 429 || error.problem.status === 503) tally.refused += 1;
    else tally.unexpected.push(`submit: ${error.code}: ${error.message}`);
    return null;
  }
}

async function follow(load: Load, subject: Subject, admitted: Render): Promise<void> {
  const { client, random, tally } = load;
  const whims: Promise<unknown>[] = [];
  const mayCancel = random.chance(0.1);
  if (mayCancel) whims.push(later(random, () => client.cancel(admitted.id)));
  if (random.chance(0.2)) whims.push(listenForAWhile(load, admitted.id));
  const render = await ended(load, admitted);
  await Promise.all(whims);
  tally.open.delete(admitted.id);
  if (!render) return;
  tally.lastEndAt = Date.now();
  expectEnd({ subject, render, mayCancel, tally });
  if (render.state === "succeeded") await download(load, render);
}

/** Waits for a render's end; null when it is lost or never comes. */
async function ended({ client, tally }: Load, { id, deadline }: Render): Promise<Render | null> {
  const until = Date.parse(deadline) + DEADLINE_GRACE_MS;
  for (;;) {
    try {
      const render = await client.get(id, { timeoutMs: CALL_TIMEOUT_MS });
      if (isFinished(render.state)) return render;
    } catch (error) {
      if (!(error instanceof ClientError)) throw error;
      if (error.code === "render-not-found") {
        tally.lost.push(`${id} is unknown`);
        return null;
      }
      tally.unexpected.push(`get: ${error.code}: ${error.message}`);
    }
    if (Date.now() > until) {
      tally.wedges.push(`render ${id} has not ended`);
      tally.lost.push(`${id} has not ended`);
      return null;
    }
    await sleep(POLL_MS);
  }
}

/** Does something after a moment, when it may already be too late for it. */
async function later(random: Random, act: () => Promise<unknown>): Promise<void> {
  await sleep(random.between(WHIM_MS.min, WHIM_MS.max));
  await act().catch((error: unknown) => {
    if (!(error instanceof ClientError)) throw error;
  });
}

/** Reads a render's events, and hangs up in the middle. */
async function listenForAWhile({ client, random }: Load, id: string): Promise<void> {
  const signal = AbortSignal.timeout(Math.round(random.between(WHIM_MS.min, WHIM_MS.max)));
  try {
    for await (const event of client.events(id, { signal })) if (event.type === "finished") return;
  } catch (error) {
    if (!signal.aborted && !(error instanceof ClientError)) throw error;
  }
}

/** Some download the video, and some hang up half-way. */
async function download(load: Load, render: Render): Promise<void> {
  const { client, url, dir, random, tally } = load;
  const whim = random.next();
  if (whim < 0.2) {
    const leaving = AbortSignal.timeout(CALL_TIMEOUT_MS);
    const answer = await fetch(`${url}${render.links.artifact}`, { signal: leaving });
    const reader = answer.body?.getReader();
    await reader?.read();
    await reader?.cancel();
  } else if (whim < 0.4) {
    const file = join(dir, `${render.id}.mp4`);
    await client.download(render, file).catch((error: unknown) => {
      tally.lost.push(`${render.id} cannot be downloaded: ${String(error)}`);
    });
    await rm(file, { force: true });
  }
}

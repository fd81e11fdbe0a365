import { setTimeout as sleep } from "node:timers/promises";

import { type Client, ClientError } from "../../packages/client/src/index.ts";
import { isFinished, type Render } from "../../packages/contract/src/index.ts";
import { type Subject, takeSubject } from "./compositions.ts";
import { expectEnd } from "./expect-end.ts";
import type { Random } from "./random.ts";
import type { Tally } from "./tally.ts";
import { cancelLater, download, listenForAWhile } from "./whims.ts";

const POLL_MS = 400;
const CALL_TIMEOUT_MS = 10_000;
/** A render that has not ended so long after its deadline never will. */
const DEADLINE_GRACE_MS = 5_000;
/** Before a refused client tries again. */
const REFUSED_MS = { min: 300, max: 1_500 } as const;
/** A full queue, or no worker for the moment: asked for by the load and by the faults. */
const REFUSALS: ReadonlySet<number> = new Set([429, 503]);

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
    if (error instanceof ClientError && REFUSALS.has(error.problem.status)) tally.refused += 1;
    else tally.unexpected.push(`submit: ${String(error)}`);
    return null;
  }
}

async function follow(load: Load, subject: Subject, { id, deadline }: Render): Promise<void> {
  const { random, tally } = load;
  const mayCancel = random.chance(0.1);
  const [render] = await Promise.all([
    ended(load, id, Date.parse(deadline) + DEADLINE_GRACE_MS),
    mayCancel ? cancelLater(load, id) : null,
    random.chance(0.2) ? listenForAWhile(load, id) : null,
  ]);
  tally.open.delete(id);
  if (!render) return;
  tally.lastEndAt = Date.now();
  expectEnd({ subject, render, mayCancel, tally });
  await download(load, render);
}

/** Waits for a render's end; null when it is lost, or does not end until `giveUpAt`, in epoch milliseconds. */
async function ended(load: Load, id: string, giveUpAt: number): Promise<Render | null> {
  while (Date.now() < giveUpAt) {
    const render = await read(load, id);
    if (render === "unknown") return null;
    if (render) return render;
    await sleep(POLL_MS);
  }
  load.tally.wedges.push(`render ${id} has not ended`);
  load.tally.lost.push(`${id} has not ended`);
  return null;
}

/** A render, once it has ended; null while it has not. */
async function read({ client, tally }: Load, id: string): Promise<Render | "unknown" | null> {
  try {
    const render = await client.get(id, { timeoutMs: CALL_TIMEOUT_MS });
    return isFinished(render.state) ? render : null;
  } catch (error) {
    return noteUnreadable(tally, id, error);
  }
}

function noteUnreadable(tally: Tally, id: string, error: unknown): "unknown" | null {
  const isUnknown = error instanceof ClientError && error.code === "render-not-found";
  (isUnknown ? tally.lost : tally.unexpected).push(`${id}: ${String(error)}`);
  return isUnknown ? "unknown" : null;
}

import { rm } from "node:fs/promises";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";

import { ClientError } from "../../packages/client/src/index.ts";
import type { Render } from "../../packages/contract/src/index.ts";
import type { Load } from "./load.ts";

const CALL_TIMEOUT_MS = 10_000;
/** When a client changes its mind, or hangs up. */
const WHIM_MS = { min: 50, max: 3_000 } as const;

/** Cancels a render after a moment, when it may already have ended. */
export async function cancelLater({ client, random, tally }: Load, id: string): Promise<void> {
  await sleep(random.between(WHIM_MS.min, WHIM_MS.max));
  await client.cancel(id).catch((error: unknown) => {
    const isTooLate = error instanceof ClientError && error.code === "render-finished";
    if (!isTooLate) tally.unexpected.push(`cancel: ${String(error)}`);
  });
}

/** Reads a render's events, and hangs up in the middle. */
export async function listenForAWhile({ client, random, tally }: Load, id: string): Promise<void> {
  const signal = AbortSignal.timeout(Math.round(random.between(WHIM_MS.min, WHIM_MS.max)));
  let last = 0;
  try {
    for await (const event of client.events(id, { signal })) last = event.id;
  } catch (error) {
    if (!signal.aborted) tally.unexpected.push(`events after ${last}: ${String(error)}`);
  }
}

/** Two in five download the video, one of them only a part. */
export async function download(load: Load, render: Render): Promise<void> {
  const act = load.random.pick([hangUp, downloadWhole, null, null, null]);
  if (!act || render.state !== "succeeded") return;
  await act(load, render).catch((error: unknown) => {
    load.tally.lost.push(`${render.id} cannot be downloaded: ${String(error)}`);
  });
}

async function hangUp({ url }: Load, { links }: Render): Promise<void> {
  const answer = await fetch(`${url}${links.artifact}`, { signal: AbortSignal.timeout(CALL_TIMEOUT_MS) });
  const reader = answer.body?.getReader();
  await reader?.read();
  await reader?.cancel();
}

async function downloadWhole({ client, dir }: Load, render: Render): Promise<void> {
  const file = join(dir, `${render.id}.mp4`);
  await client.download(render, file, { signal: AbortSignal.timeout(CALL_TIMEOUT_MS) });
  await rm(file);
}
